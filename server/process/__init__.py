"""Process: what every running server needs, whatever it serves."""
