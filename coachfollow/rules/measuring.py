"""The numbers: which bucket a follow-up and a person are counted in, so that the parts always add up.

What each number means in words stands in `definitions`; who a number may be shown to, in `access`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import IntEnum, StrEnum
from operator import attrgetter
from typing import Self, TypeVar, assert_never

from coachfollow.rules.definitions import DEFINITIONS
from coachfollow.rules.kinds import PlanState, StepKind, StopReason, TouchpointState

__all__ = [
    "DEFINITIONS",
    "MINIMUM_GROUP",
    "SETTLED",
    "Counted",
    "FollowUps",
    "Outcome",
    "People",
    "Standing",
    "bucket",
    "hidden",
    "outcome",
    "standing",
    "suppressed",
    "total",
]

MINIMUM_GROUP = 5

Name = TypeVar("Name", str, int)


class Outcome(IntEnum):
    """What became of one follow-up by itself, whatever its plan; the database stores the number."""

    WAITING = 0
    ON_TIME = 1
    LATE = 2
    MISSED = 3
    EXCUSED = 4
    UNDELIVERABLE = 5  # closed, and it had never reached the person
    UNREACHED = 6  # still waiting, and it does not reach the person


class Counted(StrEnum):
    """The bucket of one follow-up; the values are the fields of `FollowUps`."""

    COMPLETED_ON_TIME = "on_time"
    COMPLETED_LATE = "late"
    MISSED = "missed"
    OPEN = "open"
    EXCUSED = "excused"
    PAUSED = "paused"
    UNDELIVERABLE = "undeliverable"
    NOT_YET_DUE = "not_yet_due"


class Standing(StrEnum):
    """Where one attended person stands; the values are the fields of `People`."""

    NEVER_STARTED = "never_started"
    ACTIVE = "active"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    UNDELIVERABLE = "undeliverable"


def bucket(
    *,
    kind: StepKind,
    state: TouchpointState,
    plan_state: PlanState,
    due_at: datetime,
    grace_until: datetime,
    settled_at: datetime | None,
    undeliverable: bool,
    now: datetime,
    stop_reason: StopReason | None = None,
) -> Counted | None:
    """The one bucket of a follow-up, or None where nothing was asked of anyone.

    The first that holds:
    1. not counted: a prompt, a cancelled step, a draft plan, a person who was absent after all;
    2. completed (on time up to grace_until; without a settled_at it is late: we claim nothing) or excused,
       whatever became of the plan;
    3. unsettled and not yet due;  4. undeliverable, even if closed by now;  5. missed;  6. paused;  7. open.

    What a stop left out is cancelled, and what it found open is missed. So what still waits of a plan that has ended
    is its last question, which is asked all the same.
    """
    absent = plan_state is PlanState.STOPPED and stop_reason is StopReason.ABSENT
    if plan_state is PlanState.DRAFT or absent:
        return None
    became = outcome(
        kind=kind, state=state, grace_until=grace_until, settled_at=settled_at, undeliverable=undeliverable
    )
    if became in {Outcome.WAITING, Outcome.UNREACHED}:
        return _unsettled(plan_state, due=due_at <= now, undeliverable=undeliverable)
    return None if became is None else SETTLED[became]


def outcome(
    *,
    kind: StepKind,
    state: TouchpointState,
    grace_until: datetime,
    settled_at: datetime | None,
    undeliverable: bool,
) -> Outcome | None:
    """What became of a follow-up, or None where nothing was asked: a prompt, a cancelled step."""
    if not kind.wants_answer:
        return None
    match state:
        case TouchpointState.CANCELLED:
            return None
        case TouchpointState.EXCUSED:
            return Outcome.EXCUSED
        case TouchpointState.COMPLETED:
            on_time = settled_at is not None and settled_at <= grace_until
            return Outcome.ON_TIME if on_time else Outcome.LATE
        case TouchpointState.MISSED:
            return Outcome.UNDELIVERABLE if undeliverable else Outcome.MISSED
        case TouchpointState.PLANNED | TouchpointState.OPEN:
            return Outcome.UNREACHED if undeliverable else Outcome.WAITING
        case _:
            assert_never(state)


SETTLED: Mapping[Outcome, Counted] = {
    Outcome.ON_TIME: Counted.COMPLETED_ON_TIME,
    Outcome.LATE: Counted.COMPLETED_LATE,
    Outcome.MISSED: Counted.MISSED,
    Outcome.EXCUSED: Counted.EXCUSED,
    Outcome.UNDELIVERABLE: Counted.UNDELIVERABLE,
}


def _unsettled(plan_state: PlanState, *, due: bool, undeliverable: bool) -> Counted:
    if not due:
        return Counted.NOT_YET_DUE
    if undeliverable:
        return Counted.UNDELIVERABLE
    return Counted.PAUSED if plan_state is PlanState.PAUSED else Counted.OPEN


def standing(
    *,
    plan_state: PlanState,
    has_commitment: bool,
    undeliverable: bool,
    stop_reason: StopReason | None = None,
) -> Standing | None:
    """Where a person stands, or None for someone who did not attend.

    The first that holds: finished, stopped (what has ended has ended), undeliverable (the address wants
    repair, whatever else), paused (nobody is chased during a pause), never started (no commitment), active.
    """
    match plan_state:
        case PlanState.DRAFT:
            return None
        case PlanState.FINISHED:
            return Standing.FINISHED
        case PlanState.STOPPED:
            return None if stop_reason is StopReason.ABSENT else Standing.STOPPED
        case PlanState.PAUSED:
            return Standing.UNDELIVERABLE if undeliverable else Standing.PAUSED
        case PlanState.ACTIVE if undeliverable:
            return Standing.UNDELIVERABLE
        case PlanState.ACTIVE:
            return Standing.ACTIVE if has_commitment else Standing.NEVER_STARTED
        case _:
            assert_never(plan_state)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUps:
    """Follow-ups of one group in one window, by bucket; the window is by current due date."""

    on_time: int = 0
    late: int = 0
    missed: int = 0
    open: int = 0
    excused: int = 0
    paused: int = 0
    undeliverable: int = 0
    not_yet_due: int = 0

    @classmethod
    def of(cls, buckets: Iterable[Counted | None]) -> Self:
        """Count buckets; what is not counted is passed over."""
        return cls(**Counter(one.value for one in buckets if one))

    @property
    def due(self) -> int:
        """Everything that was asked for and could be answered."""
        return self.on_time + self.late + self.missed + self.open

    @property
    def completed(self) -> int:
        """Answered, or the meeting held; late or not."""
        return self.on_time + self.late

    @property
    def completion(self) -> float | None:
        """Completed of due; None says “none due”, which is not 0 %."""
        return self.completed / self.due if self.due else None

    @property
    def on_time_rate(self) -> float | None:
        """On time of due; None says “none due”."""
        return self.on_time / self.due if self.due else None

    @property
    def provisional(self) -> bool:
        """Whether the rates can still change."""
        return self.open > 0

    def __add__(self, other: "FollowUps") -> "FollowUps":
        return total(FollowUps, (self, other))


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The people of one group who attended, by standing."""

    never_started: int = 0
    active: int = 0
    paused: int = 0
    finished: int = 0
    stopped: int = 0
    undeliverable: int = 0

    @classmethod
    def of(cls, standings: Iterable[Standing | None]) -> Self:
        """Count standings; who did not attend is passed over."""
        return cls(**Counter(one.value for one in standings if one))

    @property
    def attended(self) -> int:
        """All of them: the parts add up to it by construction."""
        return sum(attrgetter(*_names(type(self)))(self))

    @property
    def finished_rate(self) -> float | None:
        """Finished of attended; None says “nobody attended”."""
        return self.finished / self.attended if self.attended else None

    def __add__(self, other: "People") -> "People":
        return total(People, (self, other))


Counts = TypeVar("Counts", FollowUps, People)


def total(kind: type[Counts], parts: Iterable[Counts]) -> Counts:
    """Add up any number of them, number by number; of none all are 0."""
    names = _names(kind)
    columns = zip(*map(attrgetter(*names), parts), strict=True)
    return kind(**dict(zip(names, map(sum, columns), strict=False)))


def _names(kind: type[FollowUps | People]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def suppressed(n: int) -> bool:
    """Whether contents of answers from so many people must not be shown."""
    return n < MINIMUM_GROUP


def hidden(groups: Mapping[Name, int]) -> frozenset[Name]:
    """The groups whose contents are not shown beside a total, so that none can be had by subtraction.

    Groups under five are hidden; where those together are still under five, the next smallest joins them.
    """
    by_size = sorted((name for name, n in groups.items() if n), key=lambda name: (groups[name], name))
    out: list[Name] = []
    for name in by_size:
        if not suppressed(groups[name]) and not 0 < sum(groups[one] for one in out) < MINIMUM_GROUP:
            break
        out.append(name)
    return frozenset(out)
