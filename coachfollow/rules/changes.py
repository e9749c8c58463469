"""What one decision changes about a plan, before and after: a value that is shown, carried out and taken back."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from hashlib import sha256
from typing import Any, Self

from coachfollow.rules.kinds import ChangeKind, CheckInState, PlanState, StopReason, TouchpointState
from coachfollow.rules.redating import Dates

TAKEN_BACK = "it was added and taken back again"
COACH_CHANGED = "the coach changed"  # another one has its place
COACH_GONE = "the coach is no longer known here"  # another one has its place, too
PROGRAMME_CHANGED = "the programme was changed"  # another version of it has it no more, or not yet
UNTOLD = (TAKEN_BACK, COACH_CHANGED, COACH_GONE)  # what is cancelled for these reasons is told by nobody

Key = tuple[int, int]
"""Which follow-up of a plan: its step, and its number within that step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footing:
    """How a whole plan stands, and since when."""

    state: PlanState
    state_at: datetime
    paused_until: date | None = None
    stop_reason: StopReason | None = None

    def as_of(self, now: datetime) -> datetime:
        """The moment that parts what was due from what is to come; for a plan that rests, the one it rests from."""
        return self.state_at if self.state is PlanState.PAUSED else now


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """The meeting of a follow-up, if it is one; `reason` says why it has no time."""

    state: CheckInState
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    reason: str | None = None

    def is_to_come(self, now: datetime) -> bool:
        """Whether it stands in calendars and has not begun."""
        return self.state is CheckInState.PLACED and self.starts_at is not None and self.starts_at > now


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How one follow-up stands: everything about it that a decision may change."""

    state: TouchpointState
    dates: Dates
    why: str
    settled_at: datetime | None = None
    state_reason: str | None = None
    meeting: Meeting | None = None

    @property
    def has_a_time(self) -> bool:
        """Whether it is a meeting that stands in both calendars."""
        return self.meeting is not None and self.meeting.state is CheckInState.PLACED

    def unplaced(self, because: str | None) -> Self:
        """The same with its meeting off both calendars, to be placed anew if it goes on."""
        if self.meeting is None or not self.has_a_time:
            return self
        return replace(self, meeting=replace(self.meeting, state=CheckInState.UNPLACED, reason=because))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One follow-up before and after; nothing before is one that is added."""

    key: Key
    before: Course | None
    after: Course

    @property
    def asks_again(self) -> bool:
        """Whether a question that closed by itself is open again; what a stop had closed is not news."""
        was = self.before
        closed = was is not None and was.state is TouchpointState.MISSED and was.state_reason is None
        return closed and self.after.state is TouchpointState.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One decision about one plan, as a whole."""

    kind: ChangeKind
    before: Footing
    after: Footing
    edits: tuple[Edit, ...] = ()


def inverse(change: Change, *, now: datetime) -> Change:
    """What takes a change back; what it had added is left out, for nothing is ever deleted (law 15)."""
    return Change(
        kind=ChangeKind.UNDONE,
        before=change.after,
        after=change.before,
        edits=tuple(
            replace(edit, before=edit.after, after=edit.before or _left_out(edit.after, now))
            for edit in change.edits
        ),
    )


def fits(change: Change, *, footing: Footing, courses: Mapping[Key, Course]) -> bool:
    """Whether a plan stands where a change begins: whatever moved on since is never overwritten."""
    return footing == change.before and all(courses.get(edit.key) == edit.before for edit in change.edits)


def mark(change: Change) -> str:
    """A short name of exactly this change, whenever it is worked out: what was shown is what is carried out."""
    timeless = replace(
        change,
        after=replace(change.after, state_at=change.before.state_at),
        edits=tuple(replace(edit, after=replace(edit.after, settled_at=None)) for edit in change.edits),
    )
    return sha256(to_json(timeless).encode()).hexdigest()[:24]


def to_json(change: Change) -> str:
    """Write a change down as plain facts."""
    return json.dumps(asdict(change), default=_plain, sort_keys=True, separators=(",", ":"))


def from_json(text: str) -> Change:
    """Read a change that was written down."""
    facts = json.loads(text)
    return Change(
        kind=ChangeKind(facts["kind"]),
        before=_footing(facts["before"]),
        after=_footing(facts["after"]),
        edits=tuple(
            Edit(
                key=(edit["key"][0], edit["key"][1]),
                before=_course(edit["before"]) if edit["before"] else None,
                after=_course(edit["after"]),
            )
            for edit in facts["edits"]
        ),
    )


def _left_out(course: Course, now: datetime) -> Course:
    return replace(course, state=TouchpointState.CANCELLED, state_reason=TAKEN_BACK, settled_at=now)


def _plain(value: object) -> str:
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    raise TypeError(f"{value!r} is no plain fact")


def _footing(facts: Mapping[str, Any]) -> Footing:
    return Footing(
        state=PlanState(facts["state"]),
        state_at=datetime.fromisoformat(facts["state_at"]),
        paused_until=date.fromisoformat(facts["paused_until"]) if facts["paused_until"] else None,
        stop_reason=StopReason(facts["stop_reason"]) if facts["stop_reason"] else None,
    )


def _course(facts: Mapping[str, Any]) -> Course:
    dates = facts["dates"]
    return Course(
        state=TouchpointState(facts["state"]),
        dates=Dates(
            day=date.fromisoformat(dates["day"]),
            at=time.fromisoformat(dates["at"]),
            due_at=datetime.fromisoformat(dates["due_at"]),
            grace_until=datetime.fromisoformat(dates["grace_until"]),
            closes_at=datetime.fromisoformat(dates["closes_at"]),
        ),
        why=facts["why"],
        settled_at=_moment(facts["settled_at"]),
        state_reason=facts["state_reason"],
        meeting=_meeting(facts["meeting"]) if facts["meeting"] else None,
    )


def _meeting(facts: Mapping[str, Any]) -> Meeting:
    return Meeting(
        state=CheckInState(facts["state"]),
        starts_at=_moment(facts["starts_at"]),
        ends_at=_moment(facts["ends_at"]),
        reason=facts["reason"],
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
