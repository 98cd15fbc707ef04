"""What stands outside the product and is replaced: clock, disks, the moment of a power cut."""
