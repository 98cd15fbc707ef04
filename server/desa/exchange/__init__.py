"""How the node speaks with its Polres: frames as entries come, and short exchanges."""
