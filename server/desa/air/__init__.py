"""The desa's side of the air road: what goes by SMS while no exchange carries it."""
