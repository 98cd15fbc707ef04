"""The lamp on the box: what it tells whoever passes by."""
