"""What Indonesian operators are and say."""
