"""Restores and copies as the box sees them: asking to go on, and carrying over."""
