"""Short words between a run and its Polres, once a whole exchange has introduced them."""
