"""Messages of 140 octets between a node and its Polres, over the air of the mobile network."""
