"""Trials on real data that is not part of the project; skipped where it is not at hand."""
