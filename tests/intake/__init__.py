"""Tests of reading files: attendance, people, programmes."""
