"""Turns facts into bytes and hands them to the mail server; takes facts, never rows."""
