"""Backup: the whole box in one sealed file on a stick, tested every night, and brought back."""
