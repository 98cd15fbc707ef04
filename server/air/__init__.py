"""What a desa and its Polres share of the air road: PDUs, urgent reports, the settings' words."""
