"""Tests of the plan: the tree, and what is done to it before a backend sees it."""
