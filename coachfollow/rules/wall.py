"""Lays out a wall calendar: which days a month or a week shows, and where one leafs from there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from coachfollow.rules.days import monday

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)  # nothing of ours lies beyond

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


class View(StrEnum):
    """How much is seen at once."""

    MONTH = "month"
    WEEK = "week"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What hangs on the wall: the days of a month or a week, in weeks that start on Monday.

    Where a week holds days of another month, these are empty. `previous` and `following` are days of the sheets
    beside it, none at the ends of the calendar.
    """

    view: View
    first: date
    last: date
    weeks: tuple[tuple[date | None, ...], ...]
    previous: date | None
    following: date | None

    @property
    def days(self) -> Iterator[date]:
        """Every day shown, in order."""
        return (day for week in self.weeks for day in week if day is not None)


def is_known(day: date) -> bool:
    """Whether the calendar reaches that day."""
    return EARLIEST <= day <= LATEST


def sheet(view: View, day: date) -> Sheet:
    """Give the sheet on which a day of the calendar stands."""
    first, last = _month(day) if view is View.MONTH else _week(day)
    return Sheet(
        view=view,
        first=first,
        last=last,
        weeks=tuple(_weeks(first, last)),
        previous=_known(first - _DAY),
        following=_known(last + _DAY),
    )


def _month(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - _DAY


def _week(day: date) -> tuple[date, date]:
    first = monday(day)
    return first, first + _WEEK - _DAY


def _weeks(first: date, last: date) -> Iterator[tuple[date | None, ...]]:
    begins = monday(first)
    while begins <= last:
        days = (begins + timedelta(days=n) for n in range(7))
        yield tuple(day if first <= day <= last else None for day in days)
        begins += _WEEK


def _known(day: date) -> date | None:
    return day if is_known(day) else None
