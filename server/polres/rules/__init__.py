"""Rules: the pure decisions of the Polres' gate."""
