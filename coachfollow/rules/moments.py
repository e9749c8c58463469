"""The next moment at which somebody works, as an instant: within a window, or an explicit miss."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from coachfollow.rules import worktime, zones
from coachfollow.rules.days import short
from coachfollow.rules.weeks import Span
from coachfollow.rules.worktime import Hours

FARTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Where somebody lives, and when they work there."""

    zone: str
    hours: Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An instant at which somebody works; `why` says what moved it, and is empty where nothing did."""

    at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """There is no moment within the window; `why` says what is in the way."""

    why: str


def next_moment(wanted: datetime, person: Person, *, latest: datetime | None = None) -> Moment | Missed:
    """The first instant from the wanted one to the latest at which somebody works; both are aware UTC.

    The moment at which work stops still belongs to it. Without a latest, a year is looked at.
    """
    limit = wanted + FARTHEST if latest is None else latest
    here = zones.local(wanted, person.zone)
    last = zones.local(limit, person.zone).date()
    for day in _days(here.date(), last):
        at = _first(day, person, wanted=wanted)
        if at is not None and at <= limit:
            return Moment(at=at, why=_why(person, wanted=wanted, at=at))
    first = here.date()
    return Missed(
        why=f"no working time from {short(first, last)} to {short(last)}: {_reasons(person, first, last)}"
    )


def is_working(instant: datetime, person: Person) -> bool:
    """Whether somebody works at this instant; the moment at which work stops still belongs to it."""
    day = zones.local(instant, person.zone).date()
    return _is_working(instant, day, person.hours.on(day), person.zone)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _first(day: date, person: Person, *, wanted: datetime) -> datetime | None:
    """The first working instant of a day that is not before the wanted one."""
    spans = person.hours.on(day)
    if not spans:
        return None
    if _is_working(wanted, day, spans, person.zone):
        return wanted
    starts = (_starts(datetime.combine(day, span.start), person.zone) for span in spans)
    candidates = [*chain.from_iterable(starts), zones.change_on(day, person.zone)]
    return min(
        (
            one
            for one in candidates
            if one is not None and one >= wanted and _is_working(one, day, spans, person.zone)
        ),
        default=None,
    )


def _starts(wall: datetime, zone: str) -> tuple[datetime, datetime]:
    """The instants a clock shows this: twice the same but where an hour comes twice."""
    return zones.resolve(wall, zone), wall.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC)


def _is_working(instant: datetime, day: date, spans: tuple[Span, ...], zone: str) -> bool:
    here = zones.local(instant, zone)
    return here.date() == day and any(span.start <= here.time() <= span.end for span in spans)


def _why(person: Person, *, wanted: datetime, at: datetime) -> str:
    if at == wanted:
        return ""
    before, after = zones.local(wanted, person.zone), zones.local(at, person.zone)
    if before.date() == after.date():
        return f"moved from {before:%H:%M} to {after:%H:%M}: {worktime.OUTSIDE}"
    return worktime.moved(person.hours, before.date(), after.date())


def _reasons(person: Person, first: date, last: date) -> str:
    found = dict.fromkeys(person.hours.off(day) for day in _days(first, last) if not person.hours.on(day))
    return ", ".join(found) or worktime.OUTSIDE
