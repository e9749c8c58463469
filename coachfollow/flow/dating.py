"""Gives the row of a follow-up its dates, all together: the day and time people read, the instants that count."""

from coachfollow.models import Touchpoint
from coachfollow.rules.redating import Dates


def give(touchpoint: Touchpoint, dates: Dates) -> None:
    """Let a follow-up be due on these dates. No commit."""
    touchpoint.local_date, touchpoint.local_time = dates.day, dates.at
    touchpoint.due_at = dates.due_at
    touchpoint.grace_until = dates.grace_until
    touchpoint.closes_at = dates.closes_at
