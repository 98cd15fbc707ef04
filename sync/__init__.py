"""Sync: speaks with the other server."""
