"""What must hold at the end of every run."""
