"""Tests of what a run says to people."""
