"""Polres: the district server."""
