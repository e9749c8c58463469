"""Everything a decision about one plan depends on, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from coachfollow.errors import NotFound
from coachfollow.rules import worktime
from coachfollow.rules.cadence import ANSWERED, StepRule
from coachfollow.rules.changes import Change, Course, Footing, Key
from coachfollow.rules.kinds import TO_COME, Audience, StepKind, TouchpointState
from coachfollow.rules.tempo import AS_PLANNED, Tempo
from coachfollow.rules.worktime import Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """One follow-up of a plan: what it is, and how it stands."""

    id: int
    key: Key
    step: str  # what the programme calls it
    kind: StepKind
    audience: Audience
    mandatory: bool
    zone: str
    course: Course
    is_asked: bool = False  # it is a question, and its mail has left

    @property
    def is_to_come(self) -> bool:
        """Whether it is planned or open."""
        return self.course.state in TO_COME


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """A time at which coach or participant has a meeting, of this plan or of another."""

    follow_up: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One plan as it stands, with its person's zone and week, its coach's calendar, its programme's steps."""

    footing: Footing
    follow_ups: Sequence[FollowUp]
    zone: str
    week: Hours
    threshold: float
    steps: Mapping[int, StepRule] = field(default_factory=dict)
    has_coach: bool = True
    meeting_minutes: int = 30
    busy: Sequence[Busy] = ()

    def follow_up(self, follow_up_id: int) -> FollowUp:
        """Give one follow-up; raises NotFound."""
        found = next((one for one in self.follow_ups if one.id == follow_up_id), None)
        if found is None:
            raise NotFound("There is no such follow-up.")
        return found

    def today(self, now: datetime) -> date:
        """The day it is where the person lives."""
        return worktime.local(now, self.zone).date()

    def is_taken(self, one: FollowUp, *, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether coach or participant has another meeting than this one at that time."""
        others = (busy for busy in self.busy if busy.follow_up != one.id)
        return any(busy.starts_at < ends_at and starts_at < busy.ends_at for busy in others)

    @property
    def courses(self) -> Mapping[Key, Course]:
        """How each follow-up stands."""
        return {one.key: one.course for one in self.follow_ups}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One of many plans to be dated anew: whose it is, where they live, which version it has, its follow-ups."""

    plan_id: int
    person_id: int
    name: str
    zone: str
    cohort_id: int
    version_id: int
    footing: Footing
    follow_ups: Sequence[FollowUp]
    own: Tempo = AS_PLANNED  # the rhythm they chose

    @property
    def answers(self) -> Mapping[str, date]:
        """The local day on which each step was first answered; while a plan rests time stands still."""
        found: dict[str, date] = {}
        for one in self.follow_ups:
            at = one.course.settled_at
            if one.kind in ANSWERED and one.course.state is TouchpointState.COMPLETED and at is not None:
                day = worktime.local(min(at, self.footing.as_of(at)), one.zone).date()
                found[one.step] = min(day, found.get(one.step, day))
        return found


def after(snapshot: Snapshot, change: Change) -> Snapshot:
    """The plan as it stands once a change was carried out; what is added is in no list yet."""
    courses = {edit.key: edit.after for edit in change.edits}
    follow_ups = tuple(
        replace(one, course=courses[one.key]) if one.key in courses else one for one in snapshot.follow_ups
    )
    return replace(snapshot, footing=change.after, follow_ups=follow_ups)
