"""Tests of the pages for coaches, managers, L&D teams and operators."""
