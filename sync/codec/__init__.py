"""Codec 1: the opened bodies of a frame's entries as compressed columns."""
