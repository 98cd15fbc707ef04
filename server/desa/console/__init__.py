"""The console: what a technician may ask of a running node at its control socket."""
