"""The lamp on the box: what is found in the node, and the LED that tells it."""
