"""What placing meetings is about, as values: who meets whom, within which hours, and what stands already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from coachfollow.rules.worktime import Hours

Taken = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody to be met: their working time, and when they are not there (leave, other meetings)."""

    id: int
    zone: str
    week: Hours
    busy: tuple[Taken, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many meetings a coach takes, and the minutes between any two; none means as many as fit."""

    gap: int = 0
    a_day: int | None = None
    a_week: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coach:
    """Somebody who can be booked: no week means never; the gap lies between any two of their meetings."""

    id: int
    zone: str
    week: Hours | None
    busy: tuple[Taken, ...] = ()
    minutes: int = 30
    gap: int = 0
    a_day: int | None = None
    a_week: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A meeting to be placed from `earliest` to `latest`, best at `ideal`; `coach` is the plan's, if it has one."""

    id: int
    plan: int
    person: int
    coaches: tuple[int, ...]
    ideal: datetime
    earliest: datetime
    latest: datetime
    coach: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A time given to what was wanted."""

    wanted: int
    coach: int
    person: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Everything that placing has to know; what stands is not moved."""

    coaches: Mapping[int, Coach]
    people: Mapping[int, Participant]
    wanted: Sequence[Wanted]
    standing: Sequence[Meeting] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The times found, by what was wanted, and what found none."""

    meetings: Mapping[int, Meeting]
    unplaced: Sequence[int]
