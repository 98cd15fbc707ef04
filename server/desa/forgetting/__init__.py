"""Forgetting for good: what is over and old loses its keys, and whoever held them renews his."""
