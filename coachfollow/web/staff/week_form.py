"""A week of bookable hours as a form: several spans a day, each from one time to another, and one empty to go on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coachfollow.rules import worktime

DAYS: Mapping[str, str] = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
WORKDAYS = ("tue", "wed", "thu", "fri")
MOST = 6  # spans a day

_TYPED = re.compile(r"([0-9]{1,2})(?:[:.h]?([0-9]{2}))?")

Span = tuple[str, str]
"""From and to as they were typed; either may be empty."""

Week = Mapping[str, Sequence[Span]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the form: its fields, and what is in the way."""

    key: str
    name: str
    spans: Sequence[Span]
    problem: str


def of(week: str) -> Week:
    """Give the form of a week as the rules write it."""
    days = worktime.parse_week(week).days
    return {
        key: [(f"{span.start:%H:%M}", f"{span.end:%H:%M}") for span in spans]
        for key, spans in zip(DAYS, days, strict=True)
    }


def sent(values: Mapping[str, str]) -> Week:
    """Read the week that was sent; what is empty is passed over."""
    return {key: [span for n in range(MOST) if any(span := _span(values, key, n))] for key in DAYS}


def copied(week: Week) -> Week:
    """Give the week with the hours of Monday on every day to Friday."""
    return {key: week["mon"] if key in WORKDAYS else spans for key, spans in week.items()}


def written(week: Week) -> str:
    """Write the week as the rules read it."""
    return "; ".join(f"{key} {_hours(spans)}" for key, spans in week.items() if spans)


def problems(week: Week) -> dict[str, str]:
    """Say for each day what cannot be read, so that it stands beside its fields."""
    return {key: problem for key, spans in week.items() if spans and (problem := _problem(spans))}


def days(week: Week, problems: Mapping[str, str]) -> Sequence[Day]:
    """Lay the week out: two spans a day at least, and an empty one while there is room."""
    return [
        Day(key=key, name=name, spans=_roomy(week.get(key, ())), problem=problems.get(key, ""))
        for key, name in DAYS.items()
    ]


def _span(values: Mapping[str, str], key: str, n: int) -> Span:
    return _typed(values.get(f"{key}-{n}-from", "")), _typed(values.get(f"{key}-{n}-to", ""))


def _typed(text: str) -> str:
    """A time as people type it: 9, 9:30, 9.30, 0930; whatever is none stays for the rules to say so."""
    found = _TYPED.fullmatch(text.strip())
    return f"{int(found[1]):02}:{found[2] or '00'}" if found else text.strip()[:8]


def _hours(spans: Sequence[Span]) -> str:
    return ",".join(f"{start}-{end}" for start, end in spans)


def _problem(spans: Sequence[Span]) -> str:
    if not all(start and end for start, end in spans):
        return "Each span needs both a beginning and an end."
    try:
        worktime.parse_hours(_hours(spans))
    except ValueError as error:
        return f"{error}."
    return ""


def _roomy(spans: Sequence[Span]) -> Sequence[Span]:
    empty = max(2, len(spans) + 1) - len(spans)
    return [*spans, *[("", "")] * empty][:MOST]
