"""The first half-hour that a coach and a participant both have free."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from coachfollow.rules import worktime
from coachfollow.rules.worktime import Hours, Span

GRID_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Slot:
    """A time for a meeting, in aware UTC."""

    starts_at: datetime
    ends_at: datetime


def first_free(
    *,
    ideal: date,
    latest: date,
    not_before: datetime,
    coach_week: Hours,
    coach_zone: str,
    coach_busy: Sequence[tuple[datetime, datetime]],
    person_week: Hours,
    person_zone: str,
    person_busy: Sequence[tuple[datetime, datetime]],
    minutes: int = 30,
) -> Slot | None:
    """The earliest slot free for both, from the ideal to the latest local day of the coach; None if none is.

    It starts on the coach's half-hours, lies inside a span of the coach's bookable week and of the person's
    working week, and touches no busy time. A meeting over a change of clocks is not offered.
    """
    length = timedelta(minutes=minutes)
    taken = (*coach_busy, *person_busy)
    for start in _grid(ideal, latest, week=coach_week, zone=coach_zone):
        slot = Slot(start, start + length)
        if (
            slot.starts_at >= not_before
            and _fits(slot, week=coach_week, zone=coach_zone)
            and _fits(slot, week=person_week, zone=person_zone)
            and not any(begin < slot.ends_at and slot.starts_at < end for begin, end in taken)
        ):
            return slot
    return None


def ever_meet(
    person_week: Hours,
    person_zone: str,
    coach_week: Hours,
    coach_zone: str,
    *,
    since: date,
    minutes: int,
) -> bool:
    """Whether there is any time for a meeting within two weeks, were nobody busy."""
    slot = first_free(
        ideal=since,
        latest=since + timedelta(days=14),
        not_before=worktime.resolve(datetime.combine(since, time()), coach_zone),
        coach_week=coach_week,
        coach_zone=coach_zone,
        coach_busy=(),
        person_week=person_week,
        person_zone=person_zone,
        person_busy=(),
        minutes=minutes,
    )
    return slot is not None


def _grid(ideal: date, latest: date, *, week: Hours, zone: str) -> Iterator[datetime]:
    for offset in range((latest - ideal).days + 1):
        day = ideal + timedelta(days=offset)
        for span in worktime.spans_on(week, day):
            for minute in range(_first_minute(span), _minute(span.end), GRID_MINUTES):
                yield worktime.resolve(datetime.combine(day, time(*divmod(minute, 60))), zone)


def _first_minute(span: Span) -> int:
    return -(-_minute(span.start) // GRID_MINUTES) * GRID_MINUTES


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _fits(slot: Slot, *, week: Hours, zone: str) -> bool:
    start, end = worktime.local(slot.starts_at, zone), worktime.local(slot.ends_at, zone)
    return end - start == slot.ends_at - slot.starts_at and any(
        span.start <= start.time() and end.time() <= span.end and start.date() == end.date()
        for span in worktime.spans_on(week, start.date())
    )
