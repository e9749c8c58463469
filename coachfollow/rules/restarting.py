"""Starts a follow-up again that was stopped by hand: what is still to come comes on its days, nothing piles up.

What came due meanwhile stays left out and is never asked; a question that was open is asked again while it can be.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from coachfollow.errors import Conflict
from coachfollow.rules import fitting, pausing, redating, snapshots, worktime
from coachfollow.rules.changes import Change, Course, Edit, Footing, Meeting
from coachfollow.rules.kinds import TO_COME, ChangeKind, CheckInState, PlanState, StopReason, TouchpointState
from coachfollow.rules.snapshots import FollowUp, Snapshot

# whoever was not there, was erased or left has nothing to come back to
STOPPED_BY_HAND = frozenset({StopReason.ASKED, StopReason.LEAVE, StopReason.NO_INTEREST})
BEGUN = frozenset({PlanState.ACTIVE, PlanState.PAUSED})

NOT_BY_HAND = "This follow-up cannot be started again: only one that was stopped by hand while it ran can."
OVER = "Nothing of this follow-up is still to come, so there is nothing to start again."
ANEW = "the follow-up was started again"


def restart(snapshot: Snapshot, stop: Change, *, now: datetime) -> Change:
    """Take back what a stop had left out, as far as it is still to come; raises Conflict where nothing is."""
    footing = snapshot.footing
    if footing != stop.after or stop.before.state not in BEGUN or footing.stop_reason not in STOPPED_BY_HAND:
        raise Conflict(NOT_BY_HAND)
    edits = tuple(_edits(snapshot, stop, now))
    change = Change(
        kind=ChangeKind.RESUMED,
        before=footing,
        after=Footing(state=PlanState.ACTIVE, state_at=now),
        edits=edits,
    )
    change = replace(change, edits=tuple(_fitted(snapshot, change, now)))
    if not any(edit.after.state in TO_COME for edit in change.edits):
        raise Conflict(OVER)
    return change


def _edits(snapshot: Snapshot, stop: Change, now: datetime) -> Iterator[Edit]:
    known = {one.key: one for one in snapshot.follow_ups}
    days = _rested(snapshot, stop)
    for edit in stop.edits:
        one, was = known.get(edit.key), edit.before
        if one is None or was is None or one.course != edit.after:
            continue  # something else became of it meanwhile
        again = _again(one, was, snapshot, days=days, now=now)
        if again is not None:
            yield Edit(key=one.key, before=one.course, after=again)


def _rested(snapshot: Snapshot, stop: Change) -> int:
    """For how many days it was paused when it was stopped: it comes so much later."""
    if stop.before.state is not PlanState.PAUSED:
        return 0
    ended, began = (worktime.local(one.state_at, snapshot.zone).date() for one in (stop.after, stop.before))
    return (ended - began).days


def _again(one: FollowUp, was: Course, snapshot: Snapshot, *, days: int, now: datetime) -> Course | None:
    """How a follow-up is to stand; None where its time came meanwhile, or is over."""
    if _has_begun(one, was):  # what came of it is still to be said
        since = now - (one.course.settled_at or now)
        dates = redating.prolonged(was.dates, days=days + since.days + 1, zone=one.zone)
        return replace(was, state=TouchpointState.PLANNED, dates=dates)
    there = replace(was, dates=redating.elsewhere(was.dates, was=one.zone, zone=snapshot.zone))
    then = pausing.later(there, days=days, week=snapshot.week, zone=snapshot.zone)
    if was.state is TouchpointState.OPEN:
        if then.dates.closes_at <= now:
            return None
        day = max(then.dates.day, snapshot.today(now))
        dates = redating.moved(there.dates, day=day, week=snapshot.week, zone=snapshot.zone)
        then = replace(there, dates=dates)
    elif then.dates.due_at <= now:
        return None
    meeting = Meeting(state=CheckInState.UNPLACED, reason=ANEW) if was.meeting else None
    return replace(then, state=TouchpointState.PLANNED, meeting=meeting)


def _has_begun(one: FollowUp, was: Course) -> bool:
    """Whether it is a meeting that had begun before the stop, and stands as it was."""
    return was.has_a_time and one.course.meeting == was.meeting


def _fitted(snapshot: Snapshot, change: Change, now: datetime) -> Iterator[Edit]:
    """The same within working time as it is known now, where its person lives now."""
    again = {edit.key for edit in change.edits}
    there = snapshots.after(snapshot, change)
    moved = [replace(one, zone=snapshot.zone) if one.key in again else one for one in there.follow_ups]
    fitted = {edit.key: edit.after for edit in fitting.edits(replace(there, follow_ups=moved), now)}
    for edit in change.edits:
        yield replace(edit, after=fitted.get(edit.key, edit.after))
