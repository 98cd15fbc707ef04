"""Other programs that take texts from a modem, each tuned for speed as its manual allows."""
