"""What the village node costs and keeps, measured beside other programs on one virtual modem."""
