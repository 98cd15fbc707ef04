"""What a text says: its words, its kind, its matter, its urgency, its place."""
