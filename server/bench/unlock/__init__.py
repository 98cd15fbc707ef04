"""How long a village's whole past takes to open again, and what waits meanwhile."""
