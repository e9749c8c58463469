"""Reads on which days a follow-up that rests will come if its pause ends as planned."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from coachfollow.queries import snapshots
from coachfollow.queries.plan_heads import PlanHead
from coachfollow.queries.timelines import Dated
from coachfollow.rules import decisions
from coachfollow.rules.changes import Course
from coachfollow.rules.kinds import PlanState


def as_planned(session: Session, head: PlanHead, dates: Sequence[Dated], *, now: datetime) -> Sequence[Dated]:
    """Give the dates of a plan as they will be after its pause; as they are where it does not rest."""
    if head.state is not PlanState.PAUSED or head.paused_until is None:
        return dates
    snapshot = snapshots.of(session, plan_id=head.plan_id, now=now)
    goes_on = decisions.goes_on(snapshot, on=head.paused_until, now=now)
    then = {edit.key: edit.after for edit in goes_on.edits}
    moved = [_moved(one, then[one.key]) if one.key in then else one for one in dates]
    return sorted(moved, key=lambda one: (one.due_at, one.id))


def _moved(one: Dated, course: Course) -> Dated:
    """The same on its later day; what could be answered before the pause still can."""
    dates = course.dates
    return replace(
        one,
        local_date=dates.day,
        local_time=dates.at,
        due_at=dates.due_at,
        closes_at=dates.closes_at,
        why=course.why,
    )
