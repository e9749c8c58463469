"""Says what follows when the date of a training is corrected: the fewest edits, and none to what was asked already.

A follow-up that stands where the programme had put it goes where the programme puts it now. One that somebody moved,
or that a pause had shifted, keeps its distance from there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from coachfollow.rules import redating
from coachfollow.rules.attending import NOT_THERE
from coachfollow.rules.changes import Course, Edit, Footing, Key, Meeting
from coachfollow.rules.kinds import CheckInState, PlanState, StepKind, TouchpointState
from coachfollow.rules.planning import Planned
from coachfollow.rules.redating import Dates
from coachfollow.rules.snapshots import FollowUp
from coachfollow.rules.worktime import Hours

CORRECTED = "the date of the training was corrected"
PASSED = "its day had passed when the date of the training was corrected"
STALE = timedelta(days=2)  # what is later than that is not asked any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One plan as it stands: whose it is, and its follow-ups."""

    plan_id: int
    person_id: int
    name: str
    footing: Footing
    follow_ups: Sequence[FollowUp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchored:
    """Where the programme puts the follow-ups of somebody, by the id of their step: until now, and from now on."""

    was: Mapping[int, Planned]
    becomes: Mapping[int, Planned]
    week: Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Replanned:
    """What changes about one plan."""

    plan: Standing
    edits: tuple[Edit, ...]


def replan(current: Mapping[Key, Course], wanted: Mapping[Key, Course]) -> tuple[Edit, ...]:
    """Give the fewest edits that lead from how follow-ups stand to how they are wanted; what is there stays."""
    return tuple(
        Edit(key=key, before=current.get(key), after=course)
        for key, course in wanted.items()
        if current.get(key) != course
    )


def wanted(plan: Standing, anchored: Mapping[str, Anchored], *, now: datetime) -> dict[Key, Course]:
    """Say how each follow-up of a plan is to stand; `anchored` by time zone. What was asked stays as it is."""
    return {one.key: _course(one, plan.footing, anchored[one.zone], now) for one in plan.follow_ups}


def mark(replanned: Sequence[Replanned], *, about: str) -> str:
    """A short name of exactly this: what was shown is what is carried out."""
    digest = sha256(about.encode())
    for one in replanned:
        digest.update(repr((one.plan.plan_id, one.plan.footing.state, list(_timeless(one.edits)))).encode())
    return digest.hexdigest()[:24]


def _timeless(edits: Sequence[Edit]) -> Iterator[Edit]:
    return (replace(edit, after=replace(edit.after, settled_at=None)) for edit in edits)


def _course(one: FollowUp, footing: Footing, anchored: Anchored, now: datetime) -> Course:
    step_id, n = one.key
    was, becomes = anchored.was[step_id], anchored.becomes[step_id]
    has_a_day_of_its_own = n > 1  # it was added by hand
    if has_a_day_of_its_own or _dates(was) == _dates(becomes) or not _may_move(one.course, footing, was, now):
        return one.course
    course = _moved(one, was, becomes, anchored.week)
    if footing.state is not PlanState.DRAFT and course.dates.due_at <= _as_of(footing, now) - STALE:
        return one.course if one.kind is StepKind.COMMITMENT else _left_out(course, PASSED, now)
    if becomes.excused is not None and course.state is not TouchpointState.CANCELLED:
        return replace(
            _left_out(course, becomes.excused, now),
            state=TouchpointState.EXCUSED,
        )
    return course


def _may_move(course: Course, footing: Footing, was: Planned, now: datetime) -> bool:
    """Whether nobody was asked yet: it is planned, or put aside until somebody was there after all."""
    match course.state:
        case TouchpointState.PLANNED:
            return footing.state is PlanState.DRAFT or course.dates.due_at > _as_of(footing, now)
        case TouchpointState.CANCELLED:
            return footing.state is PlanState.DRAFT and course.state_reason == NOT_THERE
        case TouchpointState.EXCUSED:  # for a leave that may be over by the new day
            return was.excused is not None and course.state_reason == was.excused
        case _:
            return False


def _as_of(footing: Footing, now: datetime) -> datetime:
    """What was due while a plan rests is still to come."""
    return footing.state_at if footing.state is PlanState.PAUSED else now


def _moved(one: FollowUp, was: Planned, becomes: Planned, week: Hours) -> Course:
    course = one.course
    if course.state is TouchpointState.EXCUSED:
        course = replace(course, state=TouchpointState.PLANNED, state_reason=None, settled_at=None)
    if _is_placed(course.meeting) or course.dates.day == was.local_date:
        return replace(course, dates=_dates(becomes), why=becomes.why, meeting=_freed(course.meeting))
    days = (becomes.local_date - was.local_date).days
    day = course.dates.day + timedelta(days=days)
    return replace(course, dates=redating.moved(course.dates, day=day, week=week, zone=one.zone))


def _left_out(course: Course, reason: str, now: datetime) -> Course:
    return replace(course, state=TouchpointState.CANCELLED, state_reason=reason, settled_at=now)


def _is_placed(meeting: Meeting | None) -> bool:
    return meeting is not None and meeting.state is CheckInState.PLACED


def _freed(meeting: Meeting | None) -> Meeting | None:
    """A meeting leaves both calendars, to be placed anew."""
    if meeting is None or not _is_placed(meeting):
        return meeting
    return replace(meeting, state=CheckInState.UNPLACED, reason=CORRECTED)


def _dates(planned: Planned) -> Dates:
    return Dates(
        day=planned.local_date,
        at=planned.local_time,
        due_at=planned.due_at,
        grace_until=planned.grace_until,
        closes_at=planned.closes_at,
    )
