"""Alembic environment and revisions of the Polres' tables."""
