"""Restores and copies as the Polres sees them: former logs, claims, backups, twin servers."""
