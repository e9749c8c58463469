"""Reads the forms of a launch to be: whose dates, on which days the sessions are; what was typed comes back."""

from collections.abc import Mapping
from datetime import date, timedelta

from coachfollow.errors import Invalid
from coachfollow.queries.launches import Wish

MOST_SESSIONS = 12
AHEAD = timedelta(days=14)
TUESDAY = 1

ODD_DAY = "Write the day like 2026-03-31."
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)  # beyond these no calendar knows the holidays


def suggested(today: date) -> date:
    """A day on which a first session might well be: a Tuesday in two weeks or so."""
    day = today + AHEAD
    return day + timedelta(days=(TUESDAY - day.weekday()) % 7)


def wish(values: Mapping[str, str]) -> Wish:
    """Whose dates are wanted."""
    return Wish(**{name: values.get(name, "").strip()[:200] for name in ("zone", "region", "week", "person")})


def days(values: Mapping[str, str], *, needed: int, otherwise: date) -> tuple[date, ...]:
    """The days of the sessions, so many at least; raises Invalid. Where none was said, another day stands in."""
    found, problems = dict[int, date](), dict[str, str]()
    for number in range(1, MOST_SESSIONS + 1):
        name, said = f"session-{number}", values.get(f"session-{number}", "").strip()
        try:
            found |= {number: _day(said)} if said else {}
        except ValueError:
            problems[name] = ODD_DAY
    found = found or {1: otherwise}
    if not problems and len(found) < needed:
        missing = next(number for number in range(1, needed + 1) if number not in found)
        problems[f"session-{missing}"] = f"A step counts from session {needed}: say on which day it is."
    if problems:
        raise Invalid(" ".join(problems.values()), problems)
    return tuple(sorted(found.values()))


def fields(values: Mapping[str, str], *, needed: int) -> int:
    """How many days the form asks for: those that are needed or filled, and one more."""
    filled = [number for number in range(1, MOST_SESSIONS + 1) if values.get(f"session-{number}")]
    return min(max([needed, *filled]) + 1, MOST_SESSIONS)


def _day(said: str) -> date:
    day = date.fromisoformat(said)
    if not EARLIEST <= day < LATEST:
        raise ValueError(said)
    return day
