"""The simulator: villages and their Polres in one process, on one seed, with all that can fail."""
