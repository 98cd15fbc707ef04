"""Down: what the Polres says to a desa: its log, orders, and the list of officers."""
