"""The tables of the Polres: columns in short, what is kept, what is folded from the journals."""
