"""Holds a plan, lets it go on and ends it: intervals are kept, nothing piles up, meetings leave the calendars."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from coachfollow.errors import Conflict, Invalid
from coachfollow.rules import because, lifecycle, redating, worktime
from coachfollow.rules.changes import Change, Course, Edit, Footing, Meeting
from coachfollow.rules.kinds import (
    Audience,
    ChangeKind,
    CheckInState,
    PlanState,
    StopReason,
    TouchpointState,
)
from coachfollow.rules.redating import Dates
from coachfollow.rules.snapshots import FollowUp, Snapshot
from coachfollow.rules.worktime import Hours

LONGEST_PAUSE = timedelta(days=183)
PAUSED = "the follow-up is paused"
STOPPED = "the follow-up was stopped"


def pause(snapshot: Snapshot, *, until: date, now: datetime) -> Change:
    """Hold a plan until a day (local, exclusive); what is due meanwhile moves when it goes on."""
    if not lifecycle.may_become(snapshot.footing.state, PlanState.PAUSED):
        raise Conflict(f"This follow-up is {snapshot.footing.state.value}; only a running one can be paused.")
    if not snapshot.today(now) < until <= snapshot.today(now) + LONGEST_PAUSE:
        raise Invalid("Choose a day from tomorrow on, within half a year.", {"until": "from tomorrow on"})
    return Change(
        kind=ChangeKind.PAUSED,
        before=snapshot.footing,
        after=Footing(state=PlanState.PAUSED, state_at=now, paused_until=until),
        edits=tuple(_set_aside(snapshot, now)),
    )


def resume(snapshot: Snapshot, *, now: datetime) -> Change:
    """Let a paused plan go on: everything still to come keeps its intervals, shifted by the pause."""
    if snapshot.footing.state is not PlanState.PAUSED:
        raise Conflict("This follow-up is not paused.")
    began = worktime.local(snapshot.footing.state_at, snapshot.zone).date()
    days = (snapshot.today(now) - began).days
    return Change(
        kind=ChangeKind.RESUMED,
        before=snapshot.footing,
        after=Footing(state=PlanState.ACTIVE, state_at=now),
        edits=tuple(_shifted(snapshot, days=days, today=snapshot.today(now))),
    )


def stop(snapshot: Snapshot, *, reason: StopReason, now: datetime) -> Change:
    """End a plan without a black mark: whatever was to come is left out."""
    if not lifecycle.may_become(snapshot.footing.state, PlanState.STOPPED):
        raise Conflict(f"This follow-up is {snapshot.footing.state.value} already.")
    return Change(
        kind=ChangeKind.STOPPED,
        before=snapshot.footing,
        after=Footing(state=PlanState.STOPPED, state_at=now, stop_reason=reason),
        edits=tuple(_ended(snapshot, now)),
    )


def silence(snapshot: Snapshot, *, now: datetime) -> Change:
    """Leave out what is still to come of a plan that has ended already."""
    return Change(
        kind=ChangeKind.SILENCED,
        before=snapshot.footing,
        after=snapshot.footing,
        edits=tuple(_ended(snapshot, now)),
    )


def freed(meeting: Meeting | None, now: datetime) -> Meeting | None:
    """A meeting once it is off both calendars; one that has begun stays what it was."""
    if meeting is None or not meeting.is_to_come(now):
        return meeting
    return replace(meeting, state=CheckInState.CANCELLED)


def _ended(snapshot: Snapshot, now: datetime) -> Iterable[Edit]:
    """What was to come is left out; a question that had been asked is closed, as it would have been some days later.

    Else whoever stops would take questions out of the numbers that they had been asked. What a pause held had not
    come due again.
    """
    runs = snapshot.footing.state is not PlanState.PAUSED
    for one in snapshot.follow_ups:
        if one.is_to_come:
            closed = runs and one.is_asked and one.course.state is TouchpointState.OPEN
            after = replace(
                one.course,
                state=TouchpointState.MISSED if closed else TouchpointState.CANCELLED,
                settled_at=now,
                state_reason=STOPPED,
                meeting=freed(one.course.meeting, now),
            )
            yield Edit(key=one.key, before=one.course, after=after)


def _set_aside(snapshot: Snapshot, now: datetime) -> Iterable[Edit]:
    """Meetings to come leave both calendars, to be placed anew."""
    for one in snapshot.follow_ups:
        meeting = one.course.meeting
        if meeting is not None and meeting.is_to_come(now):
            aside = replace(meeting, state=CheckInState.UNPLACED, reason=PAUSED)
            yield Edit(key=one.key, before=one.course, after=replace(one.course, meeting=aside))


def _shifted(snapshot: Snapshot, *, days: int, today: date) -> Iterable[Edit]:
    """In their order; what comes to the day of an earlier one comes no sooner than that."""
    latest: dict[Audience, Dates] = {}
    for one in sorted(snapshot.follow_ups, key=lambda one: one.course.dates.due_at):
        if one.is_to_come:
            after = _later(one, snapshot, days=days, today=today)
            if not after.has_a_time:
                after = replace(after, dates=redating.not_before(after.dates, latest.get(one.audience)))
                latest[one.audience] = after.dates
            if after != one.course:
                yield Edit(key=one.key, before=one.course, after=after)


def _later(one: FollowUp, snapshot: Snapshot, *, days: int, today: date) -> Course:
    """What was open is asked again, from today on; a meeting that took place before stays where it was."""
    course, day = _to_be_placed(one.course), one.course.dates.day + timedelta(days=days)
    if course.has_a_time:
        return replace(course, dates=redating.prolonged(course.dates, days=days, zone=one.zone))
    if course.state is TouchpointState.OPEN:
        dates = redating.moved(course.dates, day=max(day, today), week=snapshot.week, zone=one.zone)
        why = because.asked_again(course.why)
        return replace(course, state=TouchpointState.PLANNED, dates=dates, why=why)
    return later(course, days=days, week=snapshot.week, zone=one.zone)


def later(course: Course, *, days: int, week: Hours, zone: str) -> Course:
    """The same so many days later, on a working day, and why."""
    if not days:
        return course
    wanted = course.dates.day + timedelta(days=days)
    dates = redating.moved(course.dates, day=wanted, week=week, zone=zone)
    why = because.rested(course.why, days=days, week=week, wanted=wanted, day=dates.day)
    return replace(course, dates=dates, why=why)


def _to_be_placed(course: Course) -> Course:
    """A meeting that was set aside waits for a time, and for nothing else any more."""
    if course.meeting is None or course.meeting.reason != PAUSED:
        return course
    return replace(course, meeting=replace(course.meeting, reason=None))
