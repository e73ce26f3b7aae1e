"""Tests of the statement and its renderers."""
