"""Server: decides and shows."""
