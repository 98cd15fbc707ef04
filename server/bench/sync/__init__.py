"""What an exchange costs: octets, turns and seconds, with the limits beside."""
