"""What people ask for by a word: the commands that act, and the sixteen that are known."""
