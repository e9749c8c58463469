"""Tests of the mails that leave: what they are made of, and how they are handed over."""
