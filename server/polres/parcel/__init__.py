"""The parcel road of the district server: files that are brought, and their returns."""
