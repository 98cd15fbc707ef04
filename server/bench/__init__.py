"""Speeds and sizes of the product, paired with peers where there are any."""
