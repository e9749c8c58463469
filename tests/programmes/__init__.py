"""Programmes: read from YAML, refused with every mistake named, and the ones we ship."""
