"""Lets a manager leave the cards of one participant: what was still to come is excused, without a black mark."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.flow import history, locking, outbox, plans
from coachfollow.models import FollowUpPlan, Person, Reporting, Touchpoint
from coachfollow.rules.kinds import TO_COME, Audience, TouchpointState

DECLINED = "the manager asked for no more of these"


def decline(session: Session, *, plan_id: int, manager_id: int, now: datetime) -> int:
    """Excuse the manager's cards that are still to come; gives how many. Asking twice changes nothing more.

    Whoever was the manager once, and holds an old mail, says nothing for the one who is.
    """
    if manager_id != _manager(session, plan_id):
        return 0
    locking.plan(session, plan_id=plan_id)
    excused = session.scalars(
        update(Touchpoint)
        .where(
            Touchpoint.plan_id == plan_id,
            Touchpoint.audience == Audience.MANAGER,
            Touchpoint.state.in_(TO_COME),
        )
        .values(state=TouchpointState.EXCUSED, state_reason=DECLINED, settled_at=now)
        .returning(Touchpoint.id)
    ).all()
    if not excused:
        return 0
    outbox.cancel_about(session, touchpoint_ids=excused, reason=DECLINED, now=now)
    _record(session, plan_id, manager_id, now, cards=len(excused))
    plans.finish(session, plan_ids=[plan_id], now=now)
    session.commit()
    return len(excused)


def _manager(session: Session, plan_id: int) -> int | None:
    return session.scalar(
        select(Reporting.manager_id)
        .join(FollowUpPlan, FollowUpPlan.person_id == Reporting.person_id)
        .where(FollowUpPlan.id == plan_id, Reporting.to_at.is_(None))
    )


def _record(session: Session, plan_id: int, manager_id: int, now: datetime, *, cards: int) -> None:
    plan, organisation_id = session.execute(
        select(FollowUpPlan, Person.organisation_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(FollowUpPlan.id == plan_id)
    ).one()
    history.record(
        session,
        "manager declined",
        at=now,
        organisation_id=organisation_id,
        actor_id=manager_id,
        person_id=plan.person_id,
        cohort_id=plan.cohort_id,
        plan_id=plan_id,
        cards=cards,
    )
