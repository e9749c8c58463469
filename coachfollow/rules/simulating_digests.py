"""Counts the lists that coaches get in a simulation: one a week, where there is something to say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from coachfollow.rules import worktime
from coachfollow.rules.days import monday
from coachfollow.rules.slots_values import Coach, Meeting

_WEEK = 7


@dataclass(frozen=True, slots=True)
class Rest:
    """One of a coach's people whom nothing reminds, from some hour of a day to some hour of another."""

    coach: int
    first: date
    until: date


def days(coaches: Iterable[Coach], *, meetings: Iterable[Meeting], rests: Iterable[Rest]) -> Iterator[date]:
    """Give the day of each list: the first of a week on which a coach has hours, of those who gave none the Monday.

    There is something to say where they have a meeting in that week, or where one of theirs is silent that morning.
    What else a list may name hangs on what coaches do, and is left out.
    """
    named = {coach.id: coach for coach in coaches}
    weeks = {
        (one.coach, monday(worktime.local(one.starts_at, named[one.coach].zone).date())) for one in meetings
    }
    for rest in rests:
        week = monday(rest.first)
        while week <= rest.until:
            if rest.first < _told_on(named[rest.coach], week) <= rest.until:
                weeks.add((rest.coach, week))
            week += timedelta(days=_WEEK)
    for coach, week in weeks:
        yield _told_on(named[coach], week)


def _told_on(coach: Coach, week: date) -> date:
    days = (week + timedelta(days=n) for n in range(_WEEK))
    return next((day for day in days if coach.week and worktime.spans_on(coach.week, day)), week)
