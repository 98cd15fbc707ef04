"""Restores and copies: a box that goes on in a new log, and what it carries over."""
