"""What the desas announced that has not come, and by which roads they are heard."""
