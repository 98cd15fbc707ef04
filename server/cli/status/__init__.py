"""What the status commands print, once or again and again."""
