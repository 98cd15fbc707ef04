"""What waits for the Polres, and the roads that it may take."""
