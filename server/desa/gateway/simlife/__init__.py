"""The life of a SIM card: its credit, its days, and whether it still hears."""
