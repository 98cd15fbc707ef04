"""Roads: what carries messages to the other server, and when to try again."""
