"""The modems of a node: a thread for each, its port, its SIM, and what it does when idle."""
