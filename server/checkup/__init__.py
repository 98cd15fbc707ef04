"""Checkup: looking at a modem step by step, and watching it."""
