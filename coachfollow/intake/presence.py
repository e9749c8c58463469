"""Reads from one row how long somebody was there: a stay with its times, or minutes that the report states."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from coachfollow.intake import moments, values
from coachfollow.intake.cells import Cells
from coachfollow.intake.layouts import Kind
from coachfollow.intake.moments import Calendar
from coachfollow.intake.words import Field

_NO_TIME, _DAY = timedelta(), timedelta(days=1)

Stay = tuple[datetime, datetime | None]  # the second is open where somebody never left
Event = tuple[datetime, bool]  # True for joining, False for leaving


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """A stay, one entry of a log, or the seconds that are stated; nothing where the row tells nothing of time."""

    stay: Stay | None = None
    event: Event | None = None
    seconds: int | None = None


NOTHING = Presence()


def read(
    cells: Cells,
    calendar: Calendar,
    kind: Kind,
    *,
    duration: Callable[[str], int | None] = values.duration,
) -> Presence:
    """What a row of this kind tells of somebody's time; what cannot be read becomes a fault of its cell."""
    if kind is Kind.EVENT:
        return _event(cells, calendar)
    return _whereabouts(cells, calendar, kind, duration)


def _event(cells: Cells, calendar: Calendar) -> Presence:
    at = calendar.moment(cells.text(Field.TIMESTAMP))
    is_joining = cells.read(Field.ACTION, values.is_joining)
    if is_joining is None or not isinstance(at, datetime):
        text = cells.text(Field.TIMESTAMP)
        cells.fault(Field.TIMESTAMP, f"“{text}” and the action beside it cannot be read")
        return NOTHING
    return Presence(event=(at, is_joining))


def _whereabouts(
    cells: Cells, calendar: Calendar, kind: Kind, duration: Callable[[str], int | None]
) -> Presence:
    """Times go before a stated duration, except where they only enclose several stays."""
    stated = cells.read(Field.MINUTES, duration)
    joined, left = (cells.read(field, calendar.moment) for field in (Field.JOINED, Field.LEFT))
    stay = None if cells.text(Field.LEFT) and left is None else _stay(joined, left)
    if stay is None:
        seconds = _between(joined, left) if stated is None else stated
        if seconds is None:
            _complain(cells)
        return Presence(seconds=seconds)
    if kind is Kind.PERSON and stated is not None:
        return Presence(seconds=min(stated, _length(stay)))
    if _length(stay) < 0:
        times = f"“{cells.text(Field.LEFT)}” is before “{cells.text(Field.JOINED)}”"
        cells.fault(Field.LEFT, f"{times}, the time of joining")
        return NOTHING
    return Presence(stay=stay)


def _stay(joined: datetime | time | None, left: datetime | time | None) -> Stay | None:
    if not isinstance(joined, datetime):
        return None
    if isinstance(left, time):  # a leaving time without a date is the first one after joining
        left = datetime.combine(joined, left)
        left += _DAY if left < joined else _NO_TIME
    return joined, left


def _between(joined: datetime | time | None, left: datetime | time | None) -> int | None:
    """Seconds between two times of day; a meeting may pass midnight."""
    if not isinstance(joined, time) or not isinstance(left, time):
        return None
    start, end = (timedelta(hours=at.hour, minutes=at.minute, seconds=at.second) for at in (joined, left))
    return (end - start).seconds


def _length(stay: Stay) -> int:
    joined, left = stay
    return values.LONGEST_MEETING if left is None else round((left - joined).total_seconds())


def _complain(cells: Cells) -> None:
    """Say which time cannot be read; a date alone says when somebody joined the organisation, not a meeting."""
    for field in (Field.JOINED, Field.LEFT):
        text = cells.text(field)
        if text and not moments.is_day(text):
            cells.fault(field, f"“{text}” is not a date and time that can be read; write 2026-11-04 09:50")
            return
    if text := cells.text(Field.MINUTES):
        cells.fault(Field.MINUTES, f"“{text}” is not a duration; write minutes, or hours like 1:30:00")
