"""Reads files of every make: attendance and people to clean rows, programme YAML to values."""
