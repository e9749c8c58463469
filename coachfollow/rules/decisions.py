"""Decides what changes about a plan when a lever is pulled; raises Conflict and Invalid.

Dates are anchored: a decision about one follow-up leaves the later ones where they are.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import assert_never

from coachfollow.errors import Conflict, Invalid
from coachfollow.rules import (
    choosing,
    fitting,
    lifecycle,
    marking,
    pausing,
    rearranging,
    redating,
    restarting,
    worktime,
)
from coachfollow.rules.changes import Change, Course, Edit, Footing, Meeting
from coachfollow.rules.kinds import (
    TO_COME,
    Audience,
    ChangeKind,
    CheckInState,
    PlanState,
    StepKind,
    StopReason,
    TouchpointState,
)
from coachfollow.rules.levers import (
    Add,
    Choose,
    Fit,
    Lever,
    Mark,
    Meet,
    Move,
    Pause,
    Prolong,
    Restart,
    Resume,
    Silence,
    Skip,
    Stop,
)
from coachfollow.rules.planning import OPEN_DAYS
from coachfollow.rules.snapshots import Snapshot

BY_COACH = "the coach chose this day"
MEETING_BY_COACH = "the coach chose this time"
ADDED = "added by the coach"
ADDABLE = frozenset({StepKind.PROMPT, StepKind.REFLECTION, StepKind.CHECK_IN})
FARTHEST = timedelta(days=366)
LONGEST_MORE = timedelta(days=60)
MORNING = time(9)  # by then a pause that ends on a day has ended


def decide(snapshot: Snapshot, lever: Lever | Mark | Choose | Restart, *, now: datetime) -> Change:
    """Say what a decision changes; raises Conflict where it cannot be taken, Invalid for a day that cannot be."""
    match lever:
        case Move():
            change = _move(snapshot, lever, now)
        case Meet():
            change = _meet(snapshot, lever, now)
        case Mark():
            change = _mark(snapshot, lever, now)
        case Prolong():
            change = _prolong(snapshot, lever, now)
        case Skip():
            change = _skip(snapshot, lever, now)
        case Add():
            change = _add(snapshot, lever, now)
        case Pause() | Resume() | Stop() | Silence() | Fit() | Choose() | Restart():
            change = _whole(snapshot, lever, now)
        case _:
            assert_never(lever)
    return _settled(snapshot, change, now)


def goes_on(snapshot: Snapshot, *, on: date, now: datetime) -> Change:
    """Say what changes about a paused plan if it goes on in the morning of that day, as its pause has it."""
    morning = worktime.resolve(datetime.combine(on, MORNING), snapshot.zone)
    return decide(snapshot, Resume(), now=max(now, morning))


def _whole(
    snapshot: Snapshot, lever: Pause | Resume | Stop | Silence | Fit | Choose | Restart, now: datetime
) -> Change:
    match lever:
        case Pause():
            change = pausing.pause(snapshot, until=lever.until, now=now)
        case Resume():
            change = pausing.resume(snapshot, now=now)
        case Stop():
            change = pausing.stop(snapshot, reason=lever.reason, now=now)
        case Silence():
            change = pausing.silence(snapshot, now=now)
        case Fit():
            change = fitting.fit(snapshot, now=now)
        case Choose():
            change = choosing.choose(snapshot, lever, now=now)
        case Restart():
            change = restarting.restart(snapshot, lever.stop, now=now)
        case _:
            assert_never(lever)
    return change


def _move(snapshot: Snapshot, lever: Move, now: datetime) -> Change:
    one = snapshot.follow_up(lever.follow_up)
    if one.kind is StepKind.CHECK_IN:
        raise Conflict("A meeting moves with its time; choose a day and a time for both of you.")
    if one.course.state is not TouchpointState.PLANNED:
        raise Conflict("This follow-up is no longer to come; only what is still to come can move.")
    _demand_running(snapshot)
    dates = redating.moved(one.course.dates, day=lever.day, at=lever.at, week=snapshot.week, zone=one.zone)
    _demand_to_come(dates, now)
    if dates == one.course.dates:
        raise Invalid("That is the day and time it has already.", {"day": "Choose another."})
    return _one(
        snapshot,
        ChangeKind.MOVED,
        Edit(key=one.key, before=one.course, after=replace(one.course, dates=dates, why=BY_COACH)),
    )


def _meet(snapshot: Snapshot, lever: Meet, now: datetime) -> Change:
    one = snapshot.follow_up(lever.follow_up)
    if one.kind is not StepKind.CHECK_IN or not snapshot.has_coach:
        raise Conflict("Only a meeting with a coach can have a time.")
    meeting = one.course.meeting
    problem = marking.settled(one.course.state, meeting.state if meeting else None)
    if problem is not None:
        raise Conflict(problem)
    if lever.starts_at <= now:
        raise Conflict("That time has passed; choose one to come.")
    ends_at = lever.starts_at + timedelta(minutes=snapshot.meeting_minutes)
    if snapshot.is_taken(one, starts_at=lever.starts_at, ends_at=ends_at):
        raise Conflict("One of you has another meeting at that time; choose another.")
    becomes = Meeting(state=CheckInState.PLACED, starts_at=lever.starts_at, ends_at=ends_at)
    if meeting == becomes:
        raise Invalid("That is the time it has already.", {"at": "Choose another."})
    after = replace(
        one.course,
        state=TouchpointState.PLANNED,  # one whose day had come waits for its new day
        dates=redating.at_meeting(lever.starts_at, week=snapshot.week, zone=one.zone),
        why=rearranging.BY_PARTICIPANT if lever.is_own else MEETING_BY_COACH,
        meeting=becomes,
    )
    return _one(snapshot, ChangeKind.MEETING_SET, Edit(key=one.key, before=one.course, after=after))


def _mark(snapshot: Snapshot, lever: Mark, now: datetime) -> Change:
    one = snapshot.follow_up(lever.follow_up)
    meeting = one.course.meeting
    if meeting is None:
        raise Conflict("Only a meeting with a coach can have taken place.")
    problem = marking.settled(one.course.state, meeting.state)
    if problem is not None:
        raise Conflict(problem)
    if meeting.is_to_come(now):
        raise Conflict("This meeting is still to come. If you met earlier, move it or excuse it.")
    after = replace(
        one.course,
        state=TouchpointState.COMPLETED if lever.held else TouchpointState.MISSED,
        settled_at=now,
        meeting=replace(meeting, state=CheckInState.HELD if lever.held else CheckInState.NOT_HELD),
    )
    kind = ChangeKind.HELD if lever.held else ChangeKind.NOT_HELD
    return _one(snapshot, kind, Edit(key=one.key, before=one.course, after=after))


def _prolong(snapshot: Snapshot, lever: Prolong, now: datetime) -> Change:
    one = snapshot.follow_up(lever.follow_up)
    is_late = one.course.state is TouchpointState.MISSED and one.audience is Audience.PARTICIPANT
    if one.kind in {StepKind.PROMPT, StepKind.CHECK_IN}:
        raise Conflict("Only a question can be given more time.")
    if not is_late and one.course.state is not TouchpointState.OPEN:
        raise Conflict("Only a question that is open, or went unanswered, can be given more time.")
    closes = worktime.local(one.course.dates.closes_at, one.zone).date()
    today = snapshot.today(now)
    if not (today if is_late else max(today, closes)) < lever.until <= today + LONGEST_MORE:
        raise Invalid(
            "Choose a later day than it has now, within two months.", {"day": "Choose a later day."}
        )
    after = replace(
        one.course,
        state=TouchpointState.OPEN,
        dates=redating.open_until(one.course.dates, day=lever.until, zone=one.zone),
        settled_at=None,
        state_reason=None,
    )
    edit = Edit(key=one.key, before=one.course, after=after)
    return _one(snapshot, ChangeKind.PROLONGED, edit, after=_reopened(snapshot.footing, now))


def _skip(snapshot: Snapshot, lever: Skip, now: datetime) -> Change:
    one = snapshot.follow_up(lever.follow_up)
    if not lifecycle.may_become(one.course.state, TouchpointState.EXCUSED):
        raise Conflict(f"This follow-up is {one.course.state.value}; it cannot be excused.")
    after = replace(
        one.course,
        state=TouchpointState.EXCUSED,
        settled_at=now,
        state_reason=lever.excuse.words,
        meeting=pausing.freed(one.course.meeting, now),
    )
    return _one(snapshot, ChangeKind.SKIPPED, Edit(key=one.key, before=one.course, after=after))


def _add(snapshot: Snapshot, lever: Add, now: datetime) -> Change:
    step = snapshot.steps.get(lever.step)
    if step is None or step.kind not in ADDABLE or step.audience is not Audience.PARTICIPANT:
        raise Invalid("Choose what to add.", {"step": "Choose what to add."})
    if step.kind is StepKind.CHECK_IN and not snapshot.has_coach:
        raise Conflict("A meeting needs a coach; ask the L&D team to name one.")
    _demand_running(snapshot)
    dates = redating.fresh(
        day=lever.day,
        at=lever.at,
        open_days=step.open_days or OPEN_DAYS,
        week=snapshot.week,
        zone=snapshot.zone,
    )
    _demand_to_come(dates, now)
    n = 1 + max((one.key[1] for one in snapshot.follow_ups if one.step == step.key), default=0)
    course = Course(state=TouchpointState.PLANNED, dates=dates, why=ADDED)
    return _one(snapshot, ChangeKind.ADDED, Edit(key=(lever.step, n), before=None, after=course))


def _one(snapshot: Snapshot, kind: ChangeKind, *edits: Edit, after: Footing | None = None) -> Change:
    return Change(kind=kind, before=snapshot.footing, after=after or snapshot.footing, edits=edits)


def _settled(snapshot: Snapshot, change: Change, now: datetime) -> Change:
    """The change, and the end of the plan if nothing is to come after it but the unprompted check."""
    if change.after.state is not PlanState.ACTIVE or any(edit.before is None for edit in change.edits):
        return change
    after = {edit.key: edit.after.state for edit in change.edits}
    states = [(one, after.get(one.key, one.course.state)) for one in snapshot.follow_ups]
    if any(state in TO_COME and one.kind is not StepKind.UNPROMPTED for one, state in states):
        return change
    items = [
        (state, one.mandatory)
        for one, state in states
        if one.kind in lifecycle.THEIRS and state is not TouchpointState.CANCELLED
    ]
    state, reason = lifecycle.ending(items, threshold=snapshot.threshold)
    return replace(change, after=Footing(state=state, state_at=now, stop_reason=reason))


def _reopened(footing: Footing, now: datetime) -> Footing:
    """A plan that had come to its end runs again; one that was stopped by a decision does not."""
    if footing.state in {PlanState.ACTIVE, PlanState.PAUSED}:
        return footing
    if footing.state is PlanState.FINISHED or footing.stop_reason is StopReason.ENDED:
        return Footing(state=PlanState.ACTIVE, state_at=now)
    raise Conflict("This follow-up was stopped; nothing of it can be asked any more.")


def _demand_running(snapshot: Snapshot) -> None:
    if snapshot.footing.state is not PlanState.ACTIVE:
        raise Conflict("Only a follow-up that is running can be changed; let it go on first.")


def _demand_to_come(dates: redating.Dates, now: datetime) -> None:
    if not now < dates.due_at <= now + FARTHEST:
        raise Invalid(
            "Choose a day and a time in the future, within a year.", {"day": "Choose a day in the future."}
        )
