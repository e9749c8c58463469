"""Says what follows when what dates people changes: the fewest edits, and none to what was asked already.

A follow-up that stands where the programme had put it goes where the programme puts it now. One that somebody moved,
or that a pause had shifted, keeps its distance from there. What the programme no longer has is left out, what it has
new is added where its day is still to come.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from coachfollow.rules import pausing, redating
from coachfollow.rules.attending import NOT_THERE
from coachfollow.rules.changes import Course, Edit, Footing, Key
from coachfollow.rules.kinds import CheckInState, PlanState, StepKind, StopReason, TouchpointState
from coachfollow.rules.planning import Planned
from coachfollow.rules.reckoning import Anchored, Item
from coachfollow.rules.snapshots import FollowUp, Standing

STALE = timedelta(days=2)  # what is later than that is not asked any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why follow-ups are dated anew, in the words people read.

    One whose new day passed days ago is left out for the reason `passed`. Without one it stays where it is where its
    new day has passed, and so does a meeting that has a time.
    """

    because: str
    passed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What leads from how follow-ups stand to how they are wanted; nothing is lost, and nothing there twice."""

    moved: tuple[Edit, ...]  # or excused, or left out, where that is wanted of them
    added: tuple[Edit, ...]
    cancelled: tuple[Edit, ...]  # of what is to come, whatever is not wanted any more

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All of it."""
        return (*self.moved, *self.added, *self.cancelled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replanned:
    """What changes about one plan."""

    plan: Standing
    changes: Changes
    new: Mapping[Key, Item]  # what is added

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Every follow-up of it that becomes another."""
        return self.changes.edits

    def kind(self, key: Key) -> StepKind:
        """What one of its follow-ups is, or will be."""
        there = {one.key: one.kind for one in self.plan.follow_ups}
        return there[key] if key in there else self.new[key].kind


def replan(
    current: Mapping[Key, Course], wanted: Mapping[Key, Course], *, because: str, now: datetime
) -> Changes:
    """Give the fewest edits that lead from how follow-ups stand to how they are wanted.

    What is planned and not wanted any more is cancelled, with the reason; what was asked or is settled stays.
    """
    shared = [(key, current[key], wanted[key]) for key in wanted if key in current]
    gone = [(key, course) for key, course in current.items() if key not in wanted and _waits(course)]
    return Changes(
        moved=tuple(
            Edit(key=key, before=was, after=becomes) for key, was, becomes in shared if was != becomes
        ),
        added=tuple(
            Edit(key=key, before=None, after=course) for key, course in wanted.items() if key not in current
        ),
        cancelled=tuple(
            Edit(key=key, before=course, after=_gone(course, because, now)) for key, course in gone
        ),
    )


def wanted(
    plan: Standing, anchored: Mapping[str, Anchored], *, cause: Cause, now: datetime
) -> dict[Key, Course]:
    """Say how each follow-up of a plan is to stand; `anchored` by the zone of a follow-up. What was asked stays."""
    found: dict[Key, Course] = {}
    for one in plan.follow_ups:
        course = _course(one, plan.footing, anchored[one.zone], cause, now)
        if course is not None:
            found[one.key] = _met_again(course) if _comes_back(one.course, course) else course
    return found | _new(plan, anchored[plan.zone], now)


def mark(replanned: Sequence[Replanned], *, about: str) -> str:
    """A short name of exactly this: what was shown is what is carried out."""
    digest = sha256(about.encode())
    for one in replanned:
        digest.update(repr((one.plan.plan_id, one.plan.footing.state, list(_timeless(one.edits)))).encode())
    return digest.hexdigest()[:24]


def _timeless(edits: Sequence[Edit]) -> Iterator[Edit]:
    return (replace(edit, after=replace(edit.after, settled_at=None)) for edit in edits)


def _course(
    one: FollowUp, footing: Footing, anchored: Anchored, cause: Cause, now: datetime
) -> Course | None:
    """How one is to stand; nothing where the programme has it no more."""
    item = _item(one)
    was, becomes = anchored.was.get(item), anchored.becomes.get(item)
    if was is None and becomes is not None and one.course.state_reason == cause.because:
        return _back(one.course, becomes, footing, now)
    if not _may_move(one.course, footing, was, now):
        return one.course
    if was is None:  # it was added by hand
        return _elsewhere(one.course, anchored)
    if becomes is None:
        return None
    is_as_it_was = redating.of(was) == redating.of(becomes) and was.excused == becomes.excused
    return one.course if is_as_it_was else _redated(one, footing, anchored, cause, now)


def _back(course: Course, becomes: Planned, footing: Footing, now: datetime) -> Course:
    """What the programme had lost and has again comes where its day is still to come."""
    if becomes.due_at <= footing.as_of(now):
        return course
    return replace(_fresh(becomes, footing, now), meeting=course.meeting)


def _comes_back(before: Course, after: Course) -> bool:
    """Whether what was left out is planned again."""
    return after.state is TouchpointState.PLANNED and before.state is not TouchpointState.PLANNED


def _met_again(course: Course) -> Course:
    """With what was left out its meeting was cancelled; a time is looked for anew."""
    if course.meeting is None or course.meeting.state is not CheckInState.CANCELLED:
        return course
    return replace(course, meeting=replace(course.meeting, state=CheckInState.UNPLACED, reason=None))


def _redated(one: FollowUp, footing: Footing, anchored: Anchored, cause: Cause, now: datetime) -> Course:
    becomes = anchored.becomes[_item(one)]
    course = _moved(one, anchored, cause)
    if footing.state is not PlanState.DRAFT and course.dates.due_at <= _latest(footing, anchored, cause, now):
        if cause.passed is None or one.kind is StepKind.COMMITMENT:
            return one.course
        return _left_out(course, cause.passed, now)
    if becomes.excused is not None and _follows(one.course, anchored.was[_item(one)], course):
        return replace(_left_out(course, becomes.excused, now), state=TouchpointState.EXCUSED)
    return course


def _follows(before: Course, was: Planned, after: Course) -> bool:
    """Whether it stands where the programme puts it: not moved by hand, nor at a time two people agreed upon."""
    if after.state is TouchpointState.CANCELLED or after.has_a_time:
        return False
    return before.state is TouchpointState.EXCUSED or before.dates.day == was.local_date


def _latest(footing: Footing, anchored: Anchored, cause: Cause, now: datetime) -> datetime:
    """What would have been due by then is not asked any more; another clock makes nothing late."""
    was, zone = anchored.zones
    since = footing.as_of(now)
    return since if cause.passed is None and was == zone else since - STALE


def _may_move(course: Course, footing: Footing, was: Planned | None, now: datetime) -> bool:
    """Whether nobody was asked yet: it is planned, or put aside until somebody was there after all."""
    match course.state:
        case TouchpointState.PLANNED:
            return footing.state is PlanState.DRAFT or course.dates.due_at > footing.as_of(now)
        case TouchpointState.CANCELLED:
            return footing.state is PlanState.DRAFT and course.state_reason == NOT_THERE
        case TouchpointState.EXCUSED:  # for a leave that may be over by the new day
            return was is not None and was.excused is not None and course.state_reason == was.excused
        case _:
            return False


def _moved(one: FollowUp, anchored: Anchored, cause: Cause) -> Course:
    was, becomes = anchored.was[_item(one)], anchored.becomes[_item(one)]
    course = one.course
    if course.state is TouchpointState.EXCUSED:
        course = replace(course, state=TouchpointState.PLANNED, state_reason=None, settled_at=None)
    days = (becomes.local_date - was.local_date).days
    if course.has_a_time and (not days or cause.passed is None):
        return _elsewhere(course, anchored)  # two people agreed upon its time
    if course.has_a_time or course.dates.day == was.local_date:
        return replace(course, dates=redating.of(becomes), why=becomes.why).unplaced(cause.because)
    dates = _elsewhere(course, anchored).dates
    day = dates.day + timedelta(days=days)
    at = becomes.local_time if dates.at == was.local_time else None
    return replace(
        course, dates=redating.moved(dates, day=day, at=at, week=anchored.week, zone=anchored.zones[1])
    )


def _elsewhere(course: Course, anchored: Anchored) -> Course:
    """The same by the clock of another place; a meeting begins when it begins, wherever one lives."""
    was, zone = anchored.zones
    if was == zone:
        return course
    if course.meeting is not None and course.has_a_time and course.meeting.starts_at:
        dates = redating.at_meeting(course.meeting.starts_at, week=anchored.week, zone=zone)
    else:
        dates = redating.elsewhere(course.dates, was=was, zone=zone)
    return replace(course, dates=dates)


def _new(plan: Standing, anchored: Anchored, now: datetime) -> dict[Key, Course]:
    """What the programme has new; for who was not there it is put aside with all the rest."""
    there = {_item(one) for one in plan.follow_ups} | anchored.was.keys()
    since = plan.footing.as_of(now)
    return {
        (anchored.steps[item._replace(n=1)], item.n): _fresh(becomes, plan.footing, now)
        for item, becomes in anchored.becomes.items()
        if item not in there and becomes.due_at > since
    }


def _fresh(becomes: Planned, footing: Footing, now: datetime) -> Course:
    course = Course(state=TouchpointState.PLANNED, dates=redating.of(becomes), why=becomes.why)
    if footing.state is PlanState.DRAFT and footing.stop_reason is StopReason.ABSENT:
        return _left_out(course, NOT_THERE, now)
    if becomes.excused is not None:
        return replace(_left_out(course, becomes.excused, now), state=TouchpointState.EXCUSED)
    return course


def _item(one: FollowUp) -> Item:
    return Item(one.step, one.kind, one.audience, one.key[1])


def _left_out(course: Course, reason: str, now: datetime) -> Course:
    return replace(course, state=TouchpointState.CANCELLED, state_reason=reason, settled_at=now)


def _waits(course: Course) -> bool:
    """Whether it is to come, now or once somebody was there after all."""
    return course.state is TouchpointState.PLANNED or course.state_reason == NOT_THERE


def _gone(course: Course, because: str, now: datetime) -> Course:
    return replace(_left_out(course, because, now), meeting=pausing.freed(course.meeting, now))
