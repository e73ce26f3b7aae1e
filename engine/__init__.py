"""Settles outcomes-based agreements: contract + facts in, what is owed per patient out."""
