"""The parcel road: an exchange in a file that people carry on a phone or a stick, both ways."""
