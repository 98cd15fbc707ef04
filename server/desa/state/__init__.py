"""What a running node knows in RAM: plain values that the node holds and its steps change."""
