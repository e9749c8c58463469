"""When somebody works: their week or rota, holidays, leave, closed days; and counting in working days."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from typing import Protocol

from coachfollow.rules.absences import Closure, Leave, Quiet
from coachfollow.rules.days import said, short
from coachfollow.rules.weeks import (
    DEFAULT_WEEK,
    Span,
    WorkingWeek,
    format_week,
    parse_hours,
    parse_week,
)
from coachfollow.rules.zones import END_OF_DAY, end_of_day, local, resolve, zone_problem

__all__ = [
    "DEFAULT_WEEK",
    "END_OF_DAY",
    "Hours",
    "Span",
    "WorkingTime",
    "WorkingWeek",
    "add_working_days",
    "clip_time",
    "end_of_day",
    "format_week",
    "is_working_day",
    "local",
    "moved",
    "next_working_day",
    "parse_hours",
    "parse_week",
    "previous_working_day",
    "resolve",
    "spans_on",
    "working_days_between",
    "zone_problem",
]

OUTSIDE = "outside working hours"

_DAY = timedelta(days=1)


class Hours(Protocol):
    """Whatever knows the working hours of every day: a week, a rota, or all of a person's working time."""

    def on(self, day: date) -> tuple[Span, ...]:
        """The working hours of one day; none where it is off."""
        ...

    def off(self, day: date) -> str:
        """Why a day without hours is off."""
        ...

    @property
    def usual(self) -> "Hours":
        """The same without leave and closed days: on which day something would have come."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingTime:
    """All that decides when one person works, in wall time where they live.

    A roster says the hours of single days and goes before week and holidays; leave and closed days go before it.
    """

    pattern: Hours
    holidays: Mapping[date, str] = field(default_factory=dict)
    roster: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    leave: tuple[Leave, ...] = ()
    closures: tuple[Closure, ...] = ()
    quiet: Quiet | None = None

    def on(self, day: date) -> tuple[Span, ...]:
        """The working hours of one day, without quiet ones."""
        spans = self._usual(day)
        if not spans or any(closure.covers(day) for closure in self.closures):
            return ()
        for leave in self.leave:
            spans = leave.left(spans, day)
        return self.quiet.left(spans) if self.quiet else spans

    def off(self, day: date) -> str:
        """Why a day without hours is off: the house before the person, what is planned before what is usual."""
        closure = next((one for one in self.closures if one.covers(day)), None)
        if closure is not None:
            return f"closed from {said(closure.first)} to {said(closure.last)}"
        away = [one.last for one in self.leave if one.covers(day)]
        if away:
            return f"away until {said(max(away))}"
        if day in self.holidays and day not in self.roster:
            return self.holidays[day]
        return self.pattern.off(day)

    def _usual(self, day: date) -> tuple[Span, ...]:
        if day in self.roster:
            return self.roster[day]
        return () if day in self.holidays else self.pattern.on(day)

    @property
    def usual(self) -> "WorkingTime":
        """The same without leave and closed days."""
        return replace(self, leave=(), closures=()) if self.leave or self.closures else self


def spans_on(hours: Hours, day: date) -> tuple[Span, ...]:
    """The working hours of one day; everything about days asks here."""
    return hours.on(day)


def moved(hours: Hours, wanted: date, day: date) -> str:
    """Say why something comes on another day than wanted: “moved from Sat 14 to Mon 16 March: weekend”."""
    step = _DAY if wanted < day else -_DAY
    between = (wanted + step * n for n in range(abs((day - wanted).days)))
    reasons = dict.fromkeys(hours.off(one) for one in between if not hours.on(one))
    return f"moved from {short(wanted, day)} to {short(day)}: {', '.join(reasons) or OUTSIDE}"


def is_working_day(hours: Hours, day: date) -> bool:
    """Whether the person works on this day."""
    return bool(spans_on(hours, day))


def next_working_day(hours: Hours, day: date) -> date:
    """The first working day from this one on; the same day if it is one."""
    while not spans_on(hours, day):
        day += _DAY
    return day


def previous_working_day(hours: Hours, day: date) -> date:
    """The last working day up to this one; the same day if it is one."""
    while not spans_on(hours, day):
        day -= _DAY
    return day


def add_working_days(hours: Hours, day: date, n: int) -> date:
    """The n-th working day after this one, or before it if n is negative; 0 is the day itself, off or not."""
    step = _DAY if n > 0 else -_DAY
    for _ in range(abs(n)):
        day = next_working_day(hours, day + step) if n > 0 else previous_working_day(hours, day + step)
    return day


def working_days_between(hours: Hours, start: date, end: date) -> int:
    """Working days after start, up to end; negative if end is before: the inverse of `add_working_days`."""
    if end < start:
        return -sum(is_working_day(hours, end + _DAY * i) for i in range((start - end).days))
    return sum(is_working_day(hours, end - _DAY * i) for i in range((end - start).days))


def clip_time(hours: Hours, day: date, wanted: time) -> time:
    """Fit a time into that day's working hours.

    The wanted time stands if it lies in a span (its end included) or the day is off; else the nearest start
    after it; after the last span, the latest start: the mail comes on the right day rather than at night.
    """
    spans = spans_on(hours, day)
    if not spans or any(span.start <= wanted <= span.end for span in spans):
        return wanted
    return next((span.start for span in spans if span.start > wanted), spans[-1].start)
