"""The Polres' side of the air road: a modem, what desas send to it, and what goes back."""
