"""The demo: a Polres, three desa and their villagers on one machine, on loopback only."""
