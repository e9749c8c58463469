"""Tests of the pages, through HTTP: who may open what, what is shown, what is stored."""
