"""Excuses one follow-up with a reason from the list: it leaves the numbers, and nothing more is sent about it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict
from coachfollow.flow import checkins, history, holding, outbox, plans
from coachfollow.models import CheckIn, FollowUpPlan, Message, Person, Touchpoint
from coachfollow.rules import lifecycle
from coachfollow.rules.excuses import Excuse
from coachfollow.rules.words import CheckInState, TouchpointState


def excuse(
    session: Session, *, touchpoint: Touchpoint, excuse: Excuse, now: datetime, actor_id: int | None
) -> None:
    """Excuse a follow-up that is to come, open or missed; raises Conflict for one that is settled otherwise."""
    holding.plan(session, plan_id=touchpoint.plan_id)
    session.refresh(touchpoint)
    if not lifecycle.may_become(touchpoint.state, TouchpointState.EXCUSED):
        raise Conflict(f"This follow-up is {touchpoint.state.value}; it cannot be excused.")
    touchpoint.state, touchpoint.settled_at = TouchpointState.EXCUSED, now
    touchpoint.state_reason = excuse.words
    outbox.cancel(session, Message.touchpoint_id == touchpoint.id, reason="it was excused", now=now)
    _free_calendars(session, touchpoint, now)
    _record(session, touchpoint, excuse, now, actor_id)
    session.flush()
    plans.finish(session, plan_ids=[touchpoint.plan_id], now=now)
    session.commit()


def _free_calendars(session: Session, touchpoint: Touchpoint, now: datetime) -> None:
    meeting = session.scalar(
        select(CheckIn).where(
            CheckIn.touchpoint_id == touchpoint.id,
            CheckIn.state == CheckInState.PLACED,
            CheckIn.ends_at > now,
        )
    )
    if meeting is not None:
        checkins.cancel(session, check_in=meeting, touchpoint=touchpoint, now=now)


def _record(
    session: Session, touchpoint: Touchpoint, excuse: Excuse, now: datetime, actor_id: int | None
) -> None:
    person = session.scalars(
        select(Person)
        .join(FollowUpPlan, FollowUpPlan.person_id == Person.id)
        .where(FollowUpPlan.id == touchpoint.plan_id)
    ).one()
    history.record(
        session,
        "follow-up excused",
        at=now,
        organisation_id=person.organisation_id,
        actor_id=actor_id,
        person_id=person.id,
        cohort_id=touchpoint.cohort_id,
        plan_id=touchpoint.plan_id,
        touchpoint_id=touchpoint.id,
        excuse=excuse.value,
    )
