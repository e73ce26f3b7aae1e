"""Tests of the demo feed and of the hand-written SQL that the engine is measured against."""
