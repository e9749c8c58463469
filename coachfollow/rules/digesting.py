"""Decides on which days a coach is told about their people, and which meetings are too near to wait for that."""

from datetime import date, datetime, timedelta

from coachfollow.rules import worktime
from coachfollow.rules.days import monday
from coachfollow.rules.kinds import Rhythm
from coachfollow.rules.worktime import Hours

SOON = 3  # working days: a meeting that no longer fits within them is told of at once


def due_on(rhythm: Rhythm, *, hours: Hours, zone: str, now: datetime) -> date | None:
    """The day, where they live, on which they are told while they work; none where that is not now.

    Once a week it is any day on which they work: the first of it, Monday for most, if nothing held it up.
    """
    here = worktime.local(now, zone)
    spans, day = worktime.spans_on(hours, here.date()), here.date()
    if not spans or not spans[0].start <= here.time() < spans[-1].end or rhythm is Rhythm.NEVER:
        return None
    return day


def looks_since(rhythm: Rhythm, day: date) -> date:
    """The first day that counts as the same time: whoever was looked after since then is not told again."""
    return monday(day) if rhythm is Rhythm.WEEKLY else day


def told_until(rhythm: Rhythm, day: date) -> date:
    """The last day about which somebody is told on that day: the rest of the week, or the day itself."""
    return monday(day) + timedelta(days=6) if rhythm is Rhythm.WEEKLY else day


def soon_until(hours: Hours, today: date) -> date:
    """The last day on which a meeting that no longer fits cannot wait."""
    return worktime.add_working_days(hours, today, SOON)
