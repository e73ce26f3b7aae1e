"""Conditions and amounts: the text of an expression to its meaning."""
