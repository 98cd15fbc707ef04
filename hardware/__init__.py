"""Hardware: moves bytes between the node and its modem."""
