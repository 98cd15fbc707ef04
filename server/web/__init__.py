"""Web: what the village page and the district page share."""
