"""Tests of the reads, on both databases."""
