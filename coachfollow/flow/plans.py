"""Pauses, resumes, stops and finishes follow-ups, and stops their mails at once."""

from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import checkins, history, holding, moving, outbox
from coachfollow.models import FollowUpPlan, Message, Person, ProgrammeVersion, Step, Touchpoint
from coachfollow.rules import lifecycle, worktime
from coachfollow.rules.words import TO_COME, PlanState, StepKind, StopReason, TouchpointState

LONGEST_PAUSE = timedelta(days=183)
PAUSED = "the follow-up is paused"
STOPPED = "the follow-up was stopped"

# whether a plan has anything to come but the unprompted check
SOMETHING_TO_COME = exists().where(
    Touchpoint.plan_id == FollowUpPlan.id,
    Touchpoint.state.in_(TO_COME),
    Touchpoint.kind != StepKind.UNPROMPTED,
)


def pause(session: Session, *, plan_id: int, until: date, now: datetime, actor_id: int | None = None) -> None:
    """Hold a plan until a day (local, exclusive); what is due meanwhile moves by the length of the hold."""
    plan = holding.plan(session, plan_id=plan_id)
    if not lifecycle.may_become(plan.state, PlanState.PAUSED):
        raise Conflict(f"This follow-up is {plan.state.value}; only a running one can be paused.")
    today = worktime.local(now, session.get_one(Person, plan.person_id).zone).date()
    if not today < until <= today + LONGEST_PAUSE:
        raise Invalid("Choose a day from tomorrow on, within half a year.", {"until": "from tomorrow on"})
    plan.state, plan.state_at, plan.paused_until = PlanState.PAUSED, now, until
    outbox.cancel(session, Message.plan_id == plan_id, reason=PAUSED, now=now)
    checkins.set_aside(session, FollowUpPlan.id == plan_id, reason=PAUSED, now=now)
    _record(session, plan, "plan paused", now, actor_id)
    session.commit()


def resume(session: Session, *, plan_id: int, now: datetime, actor_id: int | None = None) -> None:
    """Let a paused plan go on: everything still to come keeps its intervals, shifted by the pause."""
    plan = holding.plan(session, plan_id=plan_id)
    if plan.state is not PlanState.PAUSED:
        raise Conflict("This follow-up is not paused.")
    moving.after_pause(session, plan=plan, now=now)
    plan.state, plan.state_at, plan.paused_until = PlanState.ACTIVE, now, None
    _record(session, plan, "plan resumed", now, actor_id)
    session.flush()
    finish(session, plan_ids=[plan_id], now=now)  # the last answer may have come during the pause
    session.commit()


def resume_due(session: Session, *, now: datetime) -> int:
    """Resume every plan whose pause is over where its person lives; gives how many."""
    paused = session.execute(
        select(FollowUpPlan.id, FollowUpPlan.paused_until, Person.zone)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(
            FollowUpPlan.state == PlanState.PAUSED,
            FollowUpPlan.paused_until <= (now + timedelta(days=1)).date(),
        )
    ).all()
    over = [plan_id for plan_id, until, zone in paused if until and worktime.local(now, zone).date() >= until]
    for plan_id in over:
        with suppress(Conflict):  # another drain was first, or its person
            resume(session, plan_id=plan_id, now=now)
    return len(over)


def stop(
    session: Session, *, plan_id: int, reason: StopReason, now: datetime, actor_id: int | None = None
) -> None:
    """Stop a plan without a black mark: nothing more is sent, meetings are taken off both calendars."""
    plan = holding.plan(session, plan_id=plan_id)
    if not lifecycle.may_become(plan.state, PlanState.STOPPED):
        raise Conflict(f"This follow-up is {plan.state.value} already.")
    plan.state, plan.state_at, plan.stop_reason, plan.paused_until = PlanState.STOPPED, now, reason, None
    _silence(session, plan_id, now)
    _record(session, plan, "plan stopped", now, actor_id)
    session.commit()


def leave(
    session: Session, *, plan_id: int, reason: StopReason, now: datetime, actor_id: int | None = None
) -> None:
    """Send nothing more of a plan, as its person asks: whatever state it is in, and however often they ask."""
    plan = holding.plan(session, plan_id=plan_id)
    if lifecycle.may_become(plan.state, PlanState.STOPPED):
        stop(session, plan_id=plan_id, reason=reason, now=now, actor_id=actor_id)
    elif _silence(session, plan_id, now):  # what has ended may still have its last question before it
        _record(session, plan, "mails stopped", now, actor_id)
        session.commit()


def finish(session: Session, *, plan_ids: Collection[int], now: datetime) -> None:
    """End those plans that have nothing more to come but the unprompted check. No commit."""
    holding.plans(session, plan_ids=plan_ids)  # of two who settle the last two at once, one must see both
    running = FollowUpPlan.id.in_(list(plan_ids)) & (FollowUpPlan.state == PlanState.ACTIVE)
    for plan in session.scalars(select(FollowUpPlan).where(running, ~SOMETHING_TO_COME)).all():
        _finish(session, plan, now)


def _silence(session: Session, plan_id: int, now: datetime) -> int:
    """Cancel whatever is still to come, the mails on their way and the meetings; gives how many follow-ups."""
    cancelled = session.connection().execute(
        update(Touchpoint)
        .where(
            Touchpoint.plan_id == plan_id,
            Touchpoint.state.in_(TO_COME),
        )
        .values(state=TouchpointState.CANCELLED, state_reason=STOPPED, settled_at=now)
    )
    outbox.cancel(session, Message.plan_id == plan_id, reason=STOPPED, now=now)
    checkins.cancel_plan(session, plan_id=plan_id, now=now)
    return cancelled.rowcount


def _finish(session: Session, plan: FollowUpPlan, now: datetime) -> None:
    items = session.execute(
        select(Touchpoint.state, Step.mandatory)
        .join(Step, Step.id == Touchpoint.step_id)
        .where(
            Touchpoint.plan_id == plan.id,
            Touchpoint.kind.not_in([StepKind.PROMPT, StepKind.UNPROMPTED]),
            Touchpoint.state != TouchpointState.CANCELLED,
        )
    ).all()
    threshold = _threshold(session, plan)
    settled = [(state, mandatory) for state, mandatory in items]
    # where nothing was ever asked, nothing was achieved: the list came when everything had passed
    done = bool(settled) and lifecycle.is_completed(settled, threshold=threshold)
    plan.state, plan.state_at = PlanState.FINISHED if done else PlanState.STOPPED, now
    plan.stop_reason = None if done else StopReason.ENDED
    _record(session, plan, "plan finished" if done else "plan ended", now, None)


def _threshold(session: Session, plan: FollowUpPlan) -> float:
    return session.get_one(ProgrammeVersion, plan.programme_version_id).threshold


def _record(session: Session, plan: FollowUpPlan, name: str, now: datetime, actor_id: int | None) -> None:
    person = session.get_one(Person, plan.person_id)
    history.record(
        session,
        name,
        at=now,
        organisation_id=person.organisation_id,
        actor_id=actor_id,
        person_id=person.id,
        cohort_id=plan.cohort_id,
        plan_id=plan.id,
    )
