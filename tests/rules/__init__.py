"""Tests of what is decided: tables with a remark per row, and properties."""
