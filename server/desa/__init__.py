"""Desa: the village node."""
