"""The door that boxes come through: the server's key for TLS, and its renewal."""
