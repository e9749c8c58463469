"""Keeps a person's own if-then plan: every change is a new version, and the first one completes what asked for it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.errors import Closed
from coachfollow.flow import history, keys, locking, plans, settling, silences
from coachfollow.models import Commitment, FollowUpPlan, Person, Touchpoint
from coachfollow.rules.asking import Answered
from coachfollow.rules.kinds import PlanState, StepKind, TouchpointState


def change(session: Session, *, plan_id: int, answered: Answered, now: datetime) -> Commitment:
    """Take a new wording of somebody's plan, at any time of the follow-up; raises Closed once it has ended."""
    plan = locking.plan(session, plan_id=plan_id)
    if plan.state not in {PlanState.ACTIVE, PlanState.PAUSED, PlanState.FINISHED}:
        raise Closed("This follow-up has ended; its plan stays as it was.")
    commitment = keep(session, plan_id=plan_id, answered=answered, now=now)
    asking = session.scalars(
        select(Touchpoint).where(
            Touchpoint.plan_id == plan_id,
            Touchpoint.kind == StepKind.COMMITMENT,
            Touchpoint.state == TouchpointState.OPEN,
        )
    ).all()
    for touchpoint in asking:
        settling.complete(session, touchpoint=touchpoint, now=now)
    silences.end(session, plan=plan, now=now, actor_id=plan.person_id)
    plans.finish(session, plan_ids=[plan_id], now=now)
    session.commit()
    return commitment


def keep(session: Session, *, plan_id: int, answered: Answered, now: datetime) -> Commitment:
    """Add a version of the commitment, sealed with the person's key; a reason left out stays as it was. No commit."""
    plan = session.get_one(FollowUpPlan, plan_id)
    person = session.get_one(Person, plan.person_id)
    key = keys.key_for(session, person_id=person.id)
    last = session.scalar(
        select(Commitment).where(Commitment.plan_id == plan_id).order_by(Commitment.version.desc()).limit(1)
    )
    commitment = Commitment(
        plan_id=plan_id,
        version=last.version + 1 if last else 1,
        situation=key.seal(answered.situation) or b"",
        action=key.seal(answered.action) or b"",
        reason=key.seal(answered.reason) or (last.reason if last else None),
        rating=answered.rating,
        created_at=now,
    )
    session.add(commitment)
    session.flush()
    history.record(
        session,
        "plan written" if last is None else "plan changed",
        at=now,
        organisation_id=person.organisation_id,
        actor_id=person.id,
        person_id=person.id,
        cohort_id=plan.cohort_id,
        plan_id=plan_id,
        version=commitment.version,
    )
    return commitment
