"""The simulated world: boxes, the Polres, links, phones and people."""
