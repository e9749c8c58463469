"""Writes iCalendar; takes and gives plain values."""
