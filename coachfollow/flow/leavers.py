"""Ends what concerns those who have left: no coach is kept free for them, and nothing is asked or sent any more."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict
from coachfollow.flow import outbox, plans, sets
from coachfollow.models import FollowUpPlan, Message, Person
from coachfollow.rules import worktime
from coachfollow.rules.kinds import MessageKind, MessageState, PlanState, StopReason

GONE = "they have left the organisation"
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
    _stop_mails(session, now)
    return stopped


def _stop_mails(session: Session, now: datetime) -> None:
    """Stop what waits for whoever has left: the card of a manager is theirs who manages next (`flow/cards`)."""
    waiting = session.execute(
        select(Message.id, Person.left_on, Person.zone)
        .join(Person, Person.id == Message.person_id)
        .where(Message.state == MessageState.QUEUED, Person.left_on < (now + timedelta(days=1)).date())
        .where(Message.kind != MessageKind.CANCELLATION)
    ).all()
    gone = [
        message_id
        for message_id, left_on, zone in waiting
        if left_on and left_on < worktime.local(now, zone).date()
    ]
    for some in sets.chunks(gone, 500):
        outbox.cancel(session, Message.id.in_(some), reason=GONE, now=now)
    session.commit()


def running(session: Session, *, person_ids: Collection[int]) -> int:
    """Count the follow-ups of these people that would end with their last day."""
    counted = select(func.count()).where(FollowUpPlan.state.in_(RUNNING))
    return sum(
        session.scalar(counted.where(FollowUpPlan.person_id.in_(some))) or 0
        for some in sets.chunks(sorted(person_ids), 500)
    )
