"""From a programme's steps to dated touchpoints for everyone who shares a zone and a working week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from coachfollow.rules import cadence, worktime
from coachfollow.rules.cadence import Distance, Sessions, StepRule
from coachfollow.rules.kinds import Audience, StepKind
from coachfollow.rules.worktime import WorkingWeek

__all__ = [
    "GRACE_WORKING_DAYS",
    "MOST_REMINDERS",
    "OPEN_DAYS",
    "Planned",
    "Sessions",
    "StepRule",
    "plan",
    "problems",
    "reminder_moments",
]

GRACE_WORKING_DAYS = 3
OPEN_DAYS = 14
MOST_REMINDERS = 2

# Written out because strftime follows the locale of the host.
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One touchpoint to be: its local date, time and zone, and the instants that follow from them.

    Answered up to grace_until is on time; after closes_at it can no longer be answered.
    """

    step: str
    kind: StepKind
    audience: Audience
    local_date: date
    local_time: time
    zone: str
    due_at: datetime
    grace_until: datetime
    closes_at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dated:
    step: StepRule
    distance: Distance
    wanted: date
    day: date
    at: time
    due_at: datetime


def plan(
    steps: Sequence[StepRule], *, sessions: Sessions, week: WorkingWeek, zone: str
) -> tuple[Planned, ...]:
    """Date every step, ordered by due moment; ValueError for an anchor that `problems` would have named."""
    wanted, distances = cadence.wanted_days(steps, sessions=sessions), cadence.distances(steps)
    dated = [
        _dated(step, distance=distances[step.key], wanted=wanted[step.key], week=week, zone=zone)
        for step in steps
    ]
    dated.sort(key=lambda one: one.due_at)
    planned: list[Planned] = []
    successors: dict[tuple[StepKind, Audience], datetime] = {}
    for one in reversed(dated):
        same = (one.step.kind, one.step.audience)
        planned.append(_planned(one, successor=successors.get(same), week=week, zone=zone))
        successors[same] = one.due_at
    return tuple(reversed(planned))


def grace_until(week: WorkingWeek, day: date, *, zone: str) -> datetime:
    """The last instant at which an answer to what was due on this day is on time."""
    return worktime.end_of_day(worktime.add_working_days(week, day, GRACE_WORKING_DAYS), zone)


def _dated(step: StepRule, *, distance: Distance, wanted: date, week: WorkingWeek, zone: str) -> _Dated:
    roll = worktime.previous_working_day if step.offset_days < 0 else worktime.next_working_day
    day = roll(week, wanted)
    at = worktime.clip_time(week, day, step.at)
    due_at = worktime.resolve(datetime.combine(day, at), zone)
    return _Dated(step=step, distance=distance, wanted=wanted, day=day, at=at, due_at=due_at)


def _planned(one: _Dated, *, successor: datetime | None, week: WorkingWeek, zone: str) -> Planned:
    return Planned(
        step=one.step.key,
        kind=one.step.kind,
        audience=one.step.audience,
        local_date=one.day,
        local_time=one.at,
        zone=zone,
        due_at=one.due_at,
        grace_until=grace_until(week, one.day, zone=zone),
        closes_at=_closes_at(one, successor=successor, zone=zone),
        why=_why(one),
    )


def _closes_at(one: _Dated, *, successor: datetime | None, zone: str) -> datetime:
    open_days = OPEN_DAYS if one.step.open_days is None else one.step.open_days
    closes_at = worktime.end_of_day(one.day + timedelta(days=open_days), zone)
    if successor is None or closes_at <= successor:
        return closes_at
    return max(successor, worktime.end_of_day(one.day, zone))


def _why(one: _Dated) -> str:
    said = _distance(one.distance)
    if one.day != one.wanted:
        said += f", moved from {_short(one.wanted, one.day)} to {_short(one.day)}: not a working day"
    if one.at != one.step.at:
        said += f", at {one.at:%H:%M} instead of {one.step.at:%H:%M}: outside working hours"
    return said


def _distance(distance: Distance) -> str:
    days = abs(distance.days)
    if not days:
        return f"on the day of {_anchor(distance.anchor)}"
    count = "1 day" if days == 1 else f"{days} days"
    return f"{count} {'before' if distance.days < 0 else 'after'} {_anchor(distance.anchor)}"


def _anchor(name: str) -> str:
    """The session as people call it; which step comes before another says nothing to them."""
    match name.split(":", 1):
        case ["session", ("first" | "last") as which]:
            return f"the {which} session"
        case ["session", number]:
            return f"session {number}"
    return "the training"


def _short(day: date, beside: date | None = None) -> str:
    """“Sat 14 March”, or “Sat 14” beside a day of the same month."""
    said = f"{_WEEKDAYS[day.weekday()]} {day.day}"
    if beside is not None and beside.month == day.month:
        return said
    return f"{said} {_MONTHS[day.month - 1]}"


def reminder_moments(
    *,
    local_date: date,
    local_time: time,
    zone: str,
    week: WorkingWeek,
    reminders: tuple[int, ...],
    closes_at: datetime,
) -> tuple[datetime, ...]:
    """When to remind: so many working days later at the same local time, twice at most, before it closes."""
    days = [worktime.add_working_days(week, local_date, n) for n in sorted(set(reminders))[:MOST_REMINDERS]]
    moments = [
        worktime.resolve(datetime.combine(day, worktime.clip_time(week, day, local_time)), zone)
        for day in days
    ]
    return tuple(moment for moment in moments if moment < closes_at)


def problems(steps: Sequence[StepRule]) -> tuple[str, ...]:
    """Say what in a programme's steps cannot be planned: doubled keys, broken anchors, odd numbers."""
    keys = [step.key for step in steps]
    doubled = [f"two steps have the key {key}" for key in dict.fromkeys(keys) if keys.count(key) > 1]
    odd = [problem for step in steps for problem in _odd_numbers(step)]
    return (*doubled, *cadence.anchor_problems(steps), *odd)


def _odd_numbers(step: StepRule) -> Sequence[str]:
    found: list[str] = []
    if len(step.reminders) > MOST_REMINDERS:
        found.append(f"step {step.key} has {len(step.reminders)} reminders; {MOST_REMINDERS} at most")
    if any(n < 1 for n in step.reminders):
        found.append(
            f"step {step.key} reminds before it is due; a reminder comes 1 or more working days after"
        )
    if step.open_days is not None and step.open_days < 1:
        found.append(f"step {step.key} is open for {step.open_days} days; it needs at least 1")
    return found
