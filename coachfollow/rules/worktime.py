"""When people work, and which instant a wall clock in their zone means.

Field notes: a zone may skip a whole day (Apia, 30 December 2011), shift by half an hour (Lord Howe), sit on a
quarter (Kathmandu) or change its rules next month; a week may begin on Sunday (sun-thu). So nothing here
counts in hours from UTC, and nothing assumes Monday to Friday.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

DEFAULT_WEEK = "mon-fri 09:00-17:00"
END_OF_DAY = time(23, 59, 59)

_DAY = timedelta(days=1)
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


def spans_on(week: WorkingWeek, day: date) -> tuple[Span, ...]:
    """The working hours of one day; everything about days asks here."""
    return week.days[day.weekday()]


def is_working_day(week: WorkingWeek, day: date) -> bool:
    """Whether the person works on this day."""
    return bool(spans_on(week, day))


def next_working_day(week: WorkingWeek, day: date) -> date:
    """The first working day from this one on; the same day if it is one."""
    while not spans_on(week, day):
        day += _DAY
    return day


def previous_working_day(week: WorkingWeek, day: date) -> date:
    """The last working day up to this one; the same day if it is one."""
    while not spans_on(week, day):
        day -= _DAY
    return day


def add_working_days(week: WorkingWeek, day: date, n: int) -> date:
    """The n-th working day after this one, or before it if n is negative; 0 is the day itself, off or not."""
    step = _DAY if n > 0 else -_DAY
    for _ in range(abs(n)):
        day = next_working_day(week, day + step) if n > 0 else previous_working_day(week, day + step)
    return day


def working_days_between(week: WorkingWeek, start: date, end: date) -> int:
    """Working days after start, up to end; negative if end is before: the inverse of `add_working_days`."""
    if end < start:
        return -sum(is_working_day(week, end + _DAY * i) for i in range((start - end).days))
    return sum(is_working_day(week, end - _DAY * i) for i in range((end - start).days))


def clip_time(week: WorkingWeek, day: date, wanted: time) -> time:
    """Fit a time into that day's working hours.

    The wanted time stands if it lies in a span (its end included) or the day is off; else the nearest start
    after it; after the last span, the latest start: the mail comes on the right day rather than at night.
    """
    spans = spans_on(week, day)
    if not spans or any(span.start <= wanted <= span.end for span in spans):
        return wanted
    return next((span.start for span in spans if span.start > wanted), spans[-1].start)


def resolve(local: datetime, zone: str) -> datetime:
    """The UTC instant of a naive wall time: in a gap the first valid one after it, in a fold the first."""
    tz = ZoneInfo(zone)
    instant = local.replace(tzinfo=tz, fold=0).astimezone(UTC)
    other = local.replace(tzinfo=tz, fold=1).astimezone(UTC)
    return instant if instant <= other else _end_of_gap(local, zone, before=other, after=instant)


def _end_of_gap(wall: datetime, zone: str, *, before: datetime, after: datetime) -> datetime:
    """Halve the interval until one second holds the change of clocks; zones change on whole UTC seconds."""
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if local(middle, zone) < wall:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def local(instant: datetime, zone: str) -> datetime:
    """The naive wall time of an aware instant in a zone."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def end_of_day(day: date, zone: str) -> datetime:
    """The instant of 23:59:59 on that day in a zone."""
    return resolve(datetime.combine(day, END_OF_DAY), zone)


def zone_problem(name: str) -> str | None:
    """Say what is wrong with the name of a time zone, or nothing."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return f"“{name}” is not a time zone we know; use a name like Europe/Berlin or America/New_York"
    return None
