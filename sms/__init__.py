"""SMS: speaks with phones."""
