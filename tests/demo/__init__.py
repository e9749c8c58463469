"""Tests of the demo and its time."""
