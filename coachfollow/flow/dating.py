"""Gives the row of a follow-up its dates, all together: the day and time people read, the instants that count."""

from collections.abc import Mapping

from coachfollow.models import Touchpoint
from coachfollow.rules.redating import Dates


def give(touchpoint: Touchpoint, dates: Dates) -> None:
    """Let a follow-up be due on these dates. No commit."""
    for name, value in columns(dates).items():
        setattr(touchpoint, name, value)


def columns(dates: Dates) -> Mapping[str, object]:
    """What a row says of these dates, by its columns."""
    return {
        "local_date": dates.day,
        "local_time": dates.at,
        "due_at": dates.due_at,
        "grace_until": dates.grace_until,
        "closes_at": dates.closes_at,
    }
