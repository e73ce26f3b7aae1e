"""Measurements, and the generators of made-up feeds; nothing here ships or is needed to run `oba`."""
