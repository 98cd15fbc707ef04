"""The parcel road of the village node: a file for the Polres, and its return."""
