"""Tests of the calendar entries."""
