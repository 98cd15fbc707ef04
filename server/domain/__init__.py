"""Domain: the decisions of the product, pure."""
