"""A modem in software, for those who have none at hand: its memories, network, tty and quirks."""
