"""Revisions, oldest first; a revision that left the house is never changed."""
