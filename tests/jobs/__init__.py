"""Tests of the workers, the ticker and their jobs."""
