"""Reads from a form what a coach asks to change about a plan; what cannot be read gets a sentence."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import TypeVar

from coachfollow.errors import Invalid
from coachfollow.rules import worktime
from coachfollow.rules.excuses import Excuse
from coachfollow.rules.levers import Add, Lever, Meet, Move, Pause, Prolong, Resume, Skip, Stop
from coachfollow.web import routing
from coachfollow.web.staff import words

NAMES = ("follow_up", "step", "day", "at", "reason")

Values = Mapping[str, str]
T = TypeVar("T")


def asked(values: Values, *, coach_zone: str) -> Lever:
    """Give the decision that was asked for; raises Invalid with the field that cannot be read."""
    if values.get("do") == "meet":  # all else comes on the clock of whoever it is for
        return _meet(values, coach_zone)
    read = _READERS.get(values.get("do", ""))
    if read is None:
        raise Invalid("Choose what to change.")
    return read(values)


def _move(values: Values) -> Lever:
    return Move(follow_up=number(values, "follow_up"), day=_day(values), at=_time(values))


def _meet(values: Values, coach_zone: str) -> Lever:
    starts_at = worktime.resolve(datetime.combine(_day(values), _time(values)), coach_zone)
    return Meet(follow_up=number(values, "follow_up"), starts_at=starts_at)


def _prolong(values: Values) -> Lever:
    return Prolong(follow_up=number(values, "follow_up"), until=_day(values))


def _skip(values: Values) -> Lever:
    excuse = next((one for one in Excuse if one == values.get("reason")), None)
    if excuse is None:
        raise Invalid("Choose a reason.", {"reason": "Choose a reason."})
    return Skip(follow_up=number(values, "follow_up"), excuse=excuse)


def _add(values: Values) -> Lever:
    return Add(step=number(values, "step"), day=_day(values), at=_time(values))


def _pause(values: Values) -> Lever:
    return Pause(until=_day(values))


def _resume(values: Values) -> Lever:
    del values
    return Resume()


def _stop(values: Values) -> Lever:
    reason = next((one for one in words.OFFERED_STOPS if one == values.get("reason")), None)
    if reason is None:
        sentence = "Choose why it is stopped; it is for the numbers, and no black mark."
        raise Invalid(sentence, {"reason": sentence})
    return Stop(reason=reason)


_READERS: Mapping[str, Callable[[Values], Lever]] = {
    "move": _move,
    "more": _prolong,
    "skip": _skip,
    "add": _add,
    "pause": _pause,
    "resume": _resume,
    "stop": _stop,
}


def number(values: Values, name: str) -> int:
    """Give a number that names something; raises Invalid for anything that cannot be one."""
    text = values.get(name, "")
    if not (text.isascii() and text.isdigit() and int(text[:11]) <= routing.LARGEST):
        raise Invalid("Choose which one.", {name: "Choose which one."})
    return int(text)


def _day(values: Values) -> date:
    return _parsed(date.fromisoformat, values.get("day", ""), "day", "Choose a day.")


def _time(values: Values) -> time:
    at = _parsed(time.fromisoformat, values.get("at", ""), "at", "Choose a time.")
    return at.replace(tzinfo=None, second=0, microsecond=0)


def _parsed(read: Callable[[str], T], text: str, field: str, sentence: str) -> T:
    try:
        return read(text)
    except ValueError:
        raise Invalid(sentence, {field: sentence}) from None
