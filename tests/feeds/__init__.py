"""Tests of the feeds room and of the facts in the store."""
