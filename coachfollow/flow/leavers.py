"""Ends what concerns those who have left: no coach is kept free for them, and nothing is asked or sent any more."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict
from coachfollow.flow import outbox, plans, sets
from coachfollow.models import Coaching, FollowUpPlan, Message, Person
from coachfollow.rules import worktime
from coachfollow.rules.kinds import MessageKind, MessageState, PlanState, StopReason

GONE = "they have left the organisation"
RUNNING = (PlanState.ACTIVE, PlanState.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Some people who are to leave, their own follow-ups that run, and those that they coach."""

    people: int
    ending: int
    coached: int


def stop_theirs(session: Session, *, now: datetime) -> int:
    """Stop what runs of everybody whose last day is over where they live; gives how many follow-ups ended."""
    leaving = session.execute(
        select(FollowUpPlan.id, Person.left_on, Person.zone)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(FollowUpPlan.state.in_(RUNNING), _may_have_left(now))
        .order_by(FollowUpPlan.id)
    ).all()
    session.rollback()  # the days are read; nobody waits for us between one follow-up and the next
    stopped = 0
    for plan_id, left_on, zone in leaving:
        if _has_left(left_on, zone, now):
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
        .where(Message.state == MessageState.QUEUED, Message.kind != MessageKind.CANCELLATION)
        .where(_may_have_left(now))
    ).all()
    gone = [message_id for message_id, left_on, zone in waiting if _has_left(left_on, zone, now)]
    for some in sets.chunks(gone, 500):
        outbox.cancel(session, Message.id.in_(some), reason=GONE, now=now)
    session.commit()


def _may_have_left(now: datetime) -> ColumnElement[bool]:
    """Whether somebody's last day is over anywhere in the world."""
    return Person.left_on < (now + timedelta(days=1)).date()


def _has_left(left_on: date | None, zone: str, now: datetime) -> bool:
    """Whether a last day is over where somebody lives."""
    return left_on is not None and left_on < worktime.local(now, zone).date()


def foresee(session: Session, *, person_ids: Collection[int]) -> Leaving:
    """Count what depends on people who are to leave."""
    of_runs = select(func.count()).select_from(FollowUpPlan).where(FollowUpPlan.state.in_(RUNNING))
    by_coach = of_runs.join(Coaching, Coaching.plan_id == FollowUpPlan.id).where(Coaching.to_at.is_(None))
    ending = coached = 0
    for some in sets.chunks(sorted(person_ids), 500):
        ending += session.scalar(of_runs.where(FollowUpPlan.person_id.in_(some))) or 0
        coached += session.scalar(by_coach.where(Coaching.coach_id.in_(some))) or 0
    return Leaving(people=len(person_ids), ending=ending, coached=coached)
