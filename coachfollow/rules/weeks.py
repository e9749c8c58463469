"""A working week: seven days with their hours, read from text and written in one way.

Field notes: a week may begin on Sunday (sun-thu), a day may be split, and nothing assumes Monday to Friday.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise

DEFAULT_WEEK = "mon-fri 09:00-17:00"
WEEKEND = "weekend"
DAY_OFF = "not a working day"
SATURDAY = 5

_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EXAMPLE = f"write for example “{DEFAULT_WEEK}”"
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Working hours without a break, in wall time; the end is the moment work stops."""

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"{self} ends before it starts; hours over midnight are written as two days")

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class WorkingWeek:
    """Seven days, Monday first, each with its spans in order; at least one day has hours."""

    days: tuple[tuple[Span, ...], ...]

    def __post_init__(self) -> None:
        if len(self.days) != len(_NAMES):
            raise ValueError(f"a week has seven days, not {len(self.days)}")
        if not any(self.days):
            raise ValueError(f"the week has no working hours at all; {_EXAMPLE}")
        for name, spans in zip(_NAMES, self.days, strict=True):
            for earlier, later in pairwise(spans):
                if later.start <= earlier.end:
                    raise ValueError(f"on {name.title()}, {earlier} and {later} overlap; write them as one")

    def on(self, day: date) -> tuple[Span, ...]:
        """The working hours of one day."""
        return self.days[day.weekday()]

    @property
    def usual(self) -> "WorkingWeek":
        """The same: no leave is known of."""
        return self

    def off(self, day: date) -> str:
        """Why nobody who keeps this week works on a day without hours."""
        return WEEKEND if day.weekday() >= SATURDAY else DAY_OFF


def parse_week(text: str) -> WorkingWeek:
    """Read “mon-fri 09:00-12:00,13:00-17:00; sat 10:00-12:00”; ValueError says what is wrong."""
    days: list[list[Span]] = [[] for _ in _NAMES]
    for entry in text.replace("\N{EN DASH}", "-").split(";"):
        if not entry.strip():
            continue
        names, hours = _cut(entry.strip())
        spans = tuple(_spans(hours))
        for day in _day_numbers(names):
            days[day] += spans
    return WorkingWeek(tuple(_joined(spans) for spans in days))


def parse_hours(text: str) -> tuple[Span, ...]:
    """Read the hours of one day, like “09:00-12:00,13:00-17:00”; nothing is a day off. ValueError as for a week."""
    return _ordered(_joined(_spans(text))) if text.strip() else ()


def _ordered(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    for earlier, later in pairwise(spans):
        if later.start <= earlier.end:
            raise ValueError(f"{earlier} and {later} overlap; write them as one")
    return spans


def _cut(entry: str) -> tuple[str, str]:
    found = re.search(r"\d", entry)
    if found is None or not entry[: found.start()].strip():
        raise ValueError(f"“{entry}” needs both days and hours; {_EXAMPLE}")
    return entry[: found.start()], entry[found.start() :]


def _day_numbers(names: str) -> Iterator[int]:
    for part in names.split(","):
        first, *rest = (_day_number(name) for name in part.split("-"))
        if len(rest) > 1:
            raise ValueError(f"“{part.strip()}” is not a range of days; {_EXAMPLE}")
        last = rest[0] if rest else first
        yield from ((first + step) % 7 for step in range((last - first) % 7 + 1))  # sun-thu wraps round


def _day_number(name: str) -> int:
    word = name.strip().lower()
    for number, day in enumerate(_NAMES):
        if len(word) >= len("mon") and day.startswith(word):
            return number
    raise ValueError(f"“{name.strip()}” is not a day; use mon, tue, wed, thu, fri, sat or sun")


def _spans(hours: str) -> Iterator[Span]:
    for part in hours.split(","):
        found = _HOURS.fullmatch(part.strip())
        if found is None:
            raise ValueError(f"“{part.strip()}” are not hours; write them like 09:00-17:00")
        yield Span(_time(found[1], found[2]), _time(found[3], found[4]))


def _time(hour: str, minute: str) -> time:
    try:
        return time(int(hour), int(minute))
    except ValueError:
        raise ValueError(f"{hour}:{minute} is not a time of day; it goes from 00:00 to 23:59") from None


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Put spans in order and make one of two that touch, so that equal weeks are written alike."""
    joined: list[Span] = []
    for span in sorted(spans):
        touches = bool(joined) and joined[-1].end == span.start
        joined.append(Span(joined.pop().start, span.end) if touches else span)
    return tuple(joined)


def format_week(week: WorkingWeek) -> str:
    """Write the week as `parse_week` reads it, neighbouring equal days as one range."""
    entries: list[tuple[int, int, tuple[Span, ...]]] = []
    for number, spans in enumerate(week.days):
        if entries and entries[-1][1] == number - 1 and entries[-1][2] == spans:
            entries[-1] = (entries[-1][0], number, spans)
        elif spans:
            entries.append((number, number, spans))
    return "; ".join(f"{_range(first, last)} {','.join(map(str, spans))}" for first, last, spans in entries)


def _range(first: int, last: int) -> str:
    return _NAMES[first][:3] if first == last else f"{_NAMES[first][:3]}-{_NAMES[last][:3]}"
