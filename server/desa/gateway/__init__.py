"""The gateway: the modems of a village node, what they send, cost and say of themselves."""
