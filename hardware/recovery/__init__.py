"""Getting a modem back that fails: the ladder, its steps, and the power switch."""
