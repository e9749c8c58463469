"""Reads the forms of a launch to be: whose dates, on which days the sessions are; what was typed comes back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from coachfollow.errors import Invalid
from coachfollow.queries.launch_asked import Asked
from coachfollow.queries.launches import Wish
from coachfollow.rules import previewing
from coachfollow.rules.days import of_training
from coachfollow.rules.previewing import Offer

MOST_SESSIONS = 12
AHEAD = timedelta(days=14)
TUESDAY = 1

# participants and coaches: a page takes no worker for longer than a few seconds
MOST_HERE, MOST_COACHES = 500, 100
# of more, a page works out at first what takes no longer than a second or two
AT_ONCE, COACHES_AT_ONCE = 100, 20
TOO_MANY = (
    f"A page simulates {MOST_HERE} people with {MOST_COACHES} coaches at most. For more, there is the command:"
    " coachfollow programme simulate, with coaches and people as you describe them there."
)
_MANY = 10  # digits
_WHOLE = (
    *("participants", "coaches", "seed", "a_day", "a_week", "gap", "minutes", "window", "groups", "every"),
    "a_manager",
)
_PERCENT = ("part_time", "away", "response", "no_opportunity", "as_intended")

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Tried(Generic[Found]):
    """What a form leads to, or what is wrong with it, by field; and the status of the page."""

    found: Found | None
    problems: Mapping[str, str]
    status: int


def tried(work: Callable[[], Found | None], *, field: str) -> Tried[Found]:
    """Work out what a form asks for; `field` is where a mistake is told that belongs to no other."""
    try:
        return Tried(work(), {}, 200)
    except Invalid as refused:
        return Tried(None, refused.fields or {field: refused.sentence}, refused.status)


def sessions(values: Mapping[str, str], *, offer: Offer, today: date) -> Mapping[str, Any]:
    """What the fields for the days of the sessions are shown with."""
    needed = previewing.most_sessions(offer.steps)
    return {"fields": range(1, fields(values, needed=needed) + 1), "suggested": suggested(today)}


def suggested(today: date) -> date:
    """A day on which a first session might well be: a Tuesday in two weeks or so."""
    day = today + AHEAD
    return day + timedelta(days=(TUESDAY - day.weekday()) % 7)


def wish(values: Mapping[str, str]) -> Wish:
    """Whose dates are wanted."""
    return Wish(**{name: values.get(name, "").strip()[:200] for name in ("zone", "region", "week", "person")})


def days(values: Mapping[str, str], *, offer: Offer, today: date) -> tuple[date, ...]:
    """The days of the sessions, as many at least as the steps count from; raises Invalid.

    Where none was said, they are a week apart, from the suggested one on.
    """
    needed = previewing.most_sessions(offer.steps)
    found, problems = dict[int, date](), dict[str, str]()
    for number in range(1, MOST_SESSIONS + 1):
        name, said = f"session-{number}", values.get(f"session-{number}", "").strip()
        try:
            found |= {number: of_training(said)} if said else {}
        except ValueError as error:
            problems[name] = str(error)
    if not found and not problems:
        found = {number: suggested(today) + timedelta(weeks=number - 1) for number in range(1, needed + 1)}
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


def asked(values: Mapping[str, str], *, participants: int, coaches: int) -> Asked:
    """What is to be simulated; raises Invalid. Shares are typed in per cent."""
    problems: dict[str, str] = {}
    typed = {name: values.get(name, "").strip()[:200] for name in (*_WHOLE, *_PERCENT)}
    numbers = {name: _whole(said, name, problems) for name, said in typed.items() if said}
    said = {"participants": participants, "coaches": coaches, **numbers}
    shares = {name: number / 100 for name, number in said.items() if name in _PERCENT and number is not None}
    for name, most in (("participants", MOST_HERE), ("coaches", MOST_COACHES)):
        if (said[name] or 0) > most:
            problems[name] = TOO_MANY
    if problems:
        raise Invalid(" ".join(problems.values()), problems)
    words = {name: values.get(name, "").strip()[:500] for name in ("zones", "region", "week", "hours")}
    whole = {name: number for name, number in said.items() if name not in _PERCENT}
    return Asked(**words, **whole, **shares)  # type: ignore[arg-type]  # each is a number by now


def _whole(said: str, name: str, problems: dict[str, str]) -> int | None:
    if said.isascii() and said.isdigit() and len(said) < _MANY:
        return int(said)
    problems[name] = "Give a whole number."
    return None
