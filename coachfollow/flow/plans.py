"""Pauses, resumes, stops and finishes follow-ups, and stops their mails at once."""

from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Date, Select, bindparam, exists, select
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict
from coachfollow.extensions import among
from coachfollow.flow import changing, history, locking, recording
from coachfollow.models import Cohort, FollowUpPlan, Person, ProgrammeVersion, Step, Touchpoint, table_of
from coachfollow.rules import lifecycle, pausing, worktime
from coachfollow.rules.kinds import TO_COME, PlanState, StepKind, StopReason, TouchpointState
from coachfollow.rules.levers import Pause, Resume, Silence, Stop

LONGEST_PAUSE = pausing.LONGEST_PAUSE
TO_COME_STILL = Touchpoint.state.in_(TO_COME)

# whether a plan has anything to come but the unprompted check
SOMETHING_TO_COME = exists().where(
    Touchpoint.plan_id == FollowUpPlan.id,
    TO_COME_STILL,
    Touchpoint.kind != StepKind.UNPROMPTED,
)


def pause(session: Session, *, plan_id: int, until: date, now: datetime, actor_id: int | None = None) -> None:
    """Hold a plan until a day (local, exclusive); what is due meanwhile moves by the length of the hold."""
    changing.carry_out(session, plan_id=plan_id, lever=Pause(until=until), now=now, actor_id=actor_id)


def resume(session: Session, *, plan_id: int, now: datetime, actor_id: int | None = None) -> None:
    """Let a paused plan go on: everything still to come keeps its intervals, shifted by the pause."""
    changing.carry_out(session, plan_id=plan_id, lever=Resume(), now=now, actor_id=actor_id)


def resume_due(session: Session, *, now: datetime) -> int:
    """Resume every plan whose pause is over where its person lives; gives how many."""
    paused = session.execute(_paused(), {"day": (now + timedelta(days=1)).date()}).all()
    over = [plan_id for plan_id, until, zone in paused if until and worktime.local(now, zone).date() >= until]
    for plan_id in over:
        with suppress(Conflict):  # another drain was first, or its person
            resume(session, plan_id=plan_id, now=now)
    return len(over)


@cache
def _paused() -> Select[*tuple[Any, ...]]:
    plans, people = table_of(FollowUpPlan), table_of(Person)
    of_any_group = plans.c.cohort_id.in_(select(table_of(Cohort).c.id))  # the index is by group and state
    return (
        select(plans.c.id, plans.c.paused_until, people.c.zone)
        .join(people, people.c.id == plans.c.person_id)
        .where(
            of_any_group,
            plans.c.state == PlanState.PAUSED,
            plans.c.paused_until <= bindparam("day", type_=Date),
        )
    )


def stop(
    session: Session, *, plan_id: int, reason: StopReason, now: datetime, actor_id: int | None = None
) -> None:
    """Stop a plan without a black mark: nothing more is sent, meetings are taken off both calendars."""
    changing.carry_out(session, plan_id=plan_id, lever=Stop(reason=reason), now=now, actor_id=actor_id)


def leave(
    session: Session, *, plan_id: int, reason: StopReason, now: datetime, actor_id: int | None = None
) -> None:
    """Send nothing more of a plan, as its person asks: whatever state it is in, and however often they ask."""
    plan = locking.plan(session, plan_id=plan_id)
    if lifecycle.may_become(plan.state, PlanState.STOPPED):
        stop(session, plan_id=plan_id, reason=reason, now=now, actor_id=actor_id)
    elif session.scalar(select(exists().where(Touchpoint.plan_id == plan_id, TO_COME_STILL))):
        # what has ended may still have its last question before it
        changing.carry_out(session, plan_id=plan_id, lever=Silence(), now=now, actor_id=actor_id)


def finish(session: Session, *, plan_ids: Collection[int], now: datetime) -> None:
    """End those plans that have nothing more to come but the unprompted check. No commit."""
    locking.plans(session, plan_ids=plan_ids)  # of two who settle the last two at once, one must see both
    for plan in session.scalars(_over(), {"ids": plan_ids}).all():
        _finish(session, plan, now)


@cache
def _over() -> Select[FollowUpPlan]:
    running = among(FollowUpPlan.id, "ids") & (FollowUpPlan.state == PlanState.ACTIVE)
    return select(FollowUpPlan).where(running, ~SOMETHING_TO_COME)


def _finish(session: Session, plan: FollowUpPlan, now: datetime) -> None:
    items = session.execute(
        select(Touchpoint.state, Step.mandatory)
        .join(Step, Step.id == Touchpoint.step_id)
        .where(
            Touchpoint.plan_id == plan.id,
            Touchpoint.kind.in_(lifecycle.THEIRS),
            Touchpoint.state != TouchpointState.CANCELLED,
        )
    ).all()
    threshold = _threshold(session, plan)
    settled = [(state, mandatory) for state, mandatory in items]
    plan.state, plan.stop_reason = lifecycle.ending(settled, threshold=threshold)
    plan.state_at = now
    history.record_plans(session, recording.ENDS[plan.state], at=now, where=FollowUpPlan.id == plan.id)


def _threshold(session: Session, plan: FollowUpPlan) -> float:
    return session.get_one(ProgrammeVersion, plan.programme_version_id).threshold
