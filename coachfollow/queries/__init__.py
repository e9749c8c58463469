"""Reads: a database session and facts in, rows out; no commit."""
