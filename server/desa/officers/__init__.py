"""Officers of a village: their keys, what ends them, and what the box forgets without them."""
