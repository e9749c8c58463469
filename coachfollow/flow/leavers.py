"""Ends the follow-ups of those who have left: a coach is kept free for nobody, and nothing counts as unanswered."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict
from coachfollow.flow import plans, sets
from coachfollow.models import FollowUpPlan, Person
from coachfollow.rules import worktime
from coachfollow.rules.kinds import PlanState, StopReason

RUNNING = (PlanState.ACTIVE, PlanState.PAUSED)


def stop_theirs(session: Session, *, now: datetime) -> int:
    """Stop what runs of everybody whose last day is over where they live; gives how many follow-ups ended."""
    leaving = session.execute(
        select(FollowUpPlan.id, Person.left_on, Person.zone)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(FollowUpPlan.state.in_(RUNNING), Person.left_on < (now + timedelta(days=1)).date())
        .order_by(FollowUpPlan.id)
    ).all()
    session.rollback()  # the days are read; nobody waits for us between one follow-up and the next
    stopped = 0
    for plan_id, left_on, zone in leaving:
        if left_on and left_on < worktime.local(now, zone).date():
            with suppress(Conflict):  # it has just ended by other hands
                plans.stop(session, plan_id=plan_id, reason=StopReason.LEFT, now=now)
                stopped += 1
    return stopped


def running(session: Session, *, person_ids: Collection[int]) -> int:
    """Count the follow-ups of these people that would end with their last day."""
    counted = select(func.count()).where(FollowUpPlan.state.in_(RUNNING))
    return sum(
        session.scalar(counted.where(FollowUpPlan.person_id.in_(some))) or 0
        for some in sets.chunks(sorted(person_ids), 500)
    )
