"""Fits what is still to come into working time, once more is known of it: leave, closed days, a new roster.

What was sent or answered never moves. What cannot be postponed within the time it may be open is excused.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from coachfollow.errors import Conflict
from coachfollow.rules import because, pausing, redating, worktime
from coachfollow.rules.changes import Change, Course, Edit
from coachfollow.rules.kinds import Audience, ChangeKind, StepKind, TouchpointState
from coachfollow.rules.redating import Dates
from coachfollow.rules.snapshots import FollowUp, Snapshot

NOTHING = "Everything of this follow-up lies in working time already."


def fit(snapshot: Snapshot, *, now: datetime) -> Change:
    """Say what has to move so that all that is to come lies in working time; Conflict where nothing has to."""
    moved = tuple(edits(snapshot, now))
    if not moved:
        raise Conflict(NOTHING)
    return Change(kind=ChangeKind.FITTED, before=snapshot.footing, after=snapshot.footing, edits=moved)


def edits(snapshot: Snapshot, now: datetime) -> Iterator[Edit]:
    """Give what has to move, in its order; what comes to the day of an earlier one comes no sooner than that."""
    latest: dict[Audience, Dates] = {}
    for one, course in reversed(list(_fitted(snapshot, now))):
        after = course
        if course.state is TouchpointState.PLANNED and not course.has_a_time:
            after = replace(course, dates=redating.not_before(course.dates, latest.get(one.audience)))
            latest[one.audience] = after.dates
        if after != one.course:
            yield Edit(key=one.key, before=one.course, after=after)


def _fitted(snapshot: Snapshot, now: datetime) -> Iterator[tuple[FollowUp, Course]]:
    """What is to come, the last first: what comes later says how far the one before it may be postponed."""
    successors: dict[tuple[StepKind, Audience], date] = {}
    for one in sorted(snapshot.follow_ups, key=lambda one: one.course.dates.due_at, reverse=True):
        course, same = one.course, (one.kind, one.audience)
        if course.state is not TouchpointState.PLANNED or course.dates.due_at <= now:
            continue
        after = course if _stands(one, snapshot) else _later(one, snapshot, successors.get(same), now)
        if after.state is TouchpointState.PLANNED:
            successors[same] = after.dates.day
        yield one, after


def _stands(one: FollowUp, snapshot: Snapshot) -> bool:
    """Whether it may stay; a meeting that two people agreed upon yields to a day off alone, not to an hour."""
    spans = snapshot.week.on(one.course.dates.day)
    if one.course.has_a_time:
        return bool(spans)
    return any(span.start <= one.course.dates.at <= span.end for span in spans)


def _later(one: FollowUp, snapshot: Snapshot, successor: date | None, now: datetime) -> Course:
    course, day = one.course, one.course.dates.day
    dates = redating.moved(course.dates, day=day, week=snapshot.week, zone=one.zone)
    closes = worktime.local(course.dates.closes_at, one.zone).date()
    is_in_time = dates.day <= closes and (successor is None or dates.day < successor)
    reason = snapshot.week.off(day)
    if not (dates.day == day or is_in_time or one.kind is StepKind.COMMITMENT):
        return replace(
            course,
            state=TouchpointState.EXCUSED,
            settled_at=now,
            state_reason=reason,
            meeting=pausing.freed(course.meeting, now),
        )
    if dates.day == day:
        return replace(course, dates=dates)
    why = because.moved(course.why, week=snapshot.week, wanted=day, day=dates.day)
    return replace(course.unplaced(reason), dates=dates, why=why)
