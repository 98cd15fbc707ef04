"""Exchange keys after the first: making one, who has taken it, destroying those before."""
