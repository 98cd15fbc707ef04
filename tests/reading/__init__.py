"""What the reading learns from, and how."""
