"""Starts the follow-ups of those who attended and shelves those of no-shows."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select, update
from sqlalchemy.orm import Session

from coachfollow.flow import checkins, history, outbox
from coachfollow.models import Attendance, Cohort, FollowUpPlan, Message, Touchpoint, TrainingSession
from coachfollow.rules.words import AttendanceState, PlanState, StepKind, StopReason, TouchpointState

PASSED = "its day had passed before the follow-up began"
NOT_THERE = "the training was not attended"
STALE_PROMPT = timedelta(days=2)


def settle_attendance(session: Session, *, cohort: Cohort, now: datetime) -> tuple[int, int]:
    """Start the plans of those who attended, shelve those of no-shows; gives how many of each. No commit."""
    here = FollowUpPlan.cohort_id == cohort.id
    attended = FollowUpPlan.enrolment_id.in_(_attended(cohort))
    begun = here & (FollowUpPlan.state == PlanState.DRAFT) & attended
    history.record_plans(session, "plan started", at=now, where=begun)
    _revive(session, begun)
    starting = update(FollowUpPlan).where(begun)
    started = session.connection().execute(
        starting.values(state=PlanState.ACTIVE, state_at=now, stop_reason=None)
    )
    _pass_over(session, cohort, now)
    shelved = _shelve(session, cohort, attended, now)
    return started.rowcount, shelved


def _attended(cohort: Cohort) -> Select[int]:
    return (
        select(Attendance.enrolment_id)
        .join(TrainingSession, TrainingSession.id == Attendance.training_session_id)
        .where(TrainingSession.cohort_id == cohort.id, Attendance.state == AttendanceState.PRESENT)
        .group_by(Attendance.enrolment_id)
        .having(func.count() >= cohort.attended_sessions)
    )


def _revive(session: Session, begun: ColumnElement[bool]) -> None:
    """Somebody was there after all: what the no-show had cancelled is planned again."""
    session.execute(
        update(Touchpoint)
        .where(
            Touchpoint.plan_id.in_(
                select(FollowUpPlan.id).where(begun, FollowUpPlan.stop_reason.is_not(None))
            ),
            Touchpoint.state_reason == NOT_THERE,
        )
        .values(state=TouchpointState.PLANNED, state_reason=None, settled_at=None)
    )


def _pass_over(session: Session, cohort: Cohort, now: datetime) -> None:
    """What was over before the plan began is skipped and says so; a late start is no burst."""
    just_started = select(FollowUpPlan.id).where(
        FollowUpPlan.cohort_id == cohort.id,
        FollowUpPlan.state == PlanState.ACTIVE,
        FollowUpPlan.state_at == now,
    )
    stale_prompt = and_(Touchpoint.kind == StepKind.PROMPT, Touchpoint.due_at <= now - STALE_PROMPT)
    session.execute(
        update(Touchpoint)
        .where(
            Touchpoint.plan_id.in_(just_started),
            Touchpoint.state == TouchpointState.PLANNED,
            or_(Touchpoint.closes_at <= now, stale_prompt),
        )
        .values(state=TouchpointState.CANCELLED, state_reason=PASSED, settled_at=now)
    )


def _shelve(session: Session, cohort: Cohort, attended: ColumnElement[bool], now: datetime) -> int:
    """Put back to draft the plans of those who, by all that is known now, did not attend enough sessions."""
    open_sessions = (
        select(TrainingSession.id)
        .where(TrainingSession.cohort_id == cohort.id)
        .where(
            ~exists().where(
                Attendance.enrolment_id == FollowUpPlan.enrolment_id,
                Attendance.training_session_id == TrainingSession.id,
                Attendance.state.not_in([AttendanceState.INVITED, AttendanceState.EXCUSED]),
            )
        )
    )
    shelved = and_(
        FollowUpPlan.cohort_id == cohort.id,
        or_(
            FollowUpPlan.state.in_([PlanState.ACTIVE, PlanState.PAUSED]),
            and_(FollowUpPlan.state == PlanState.DRAFT, FollowUpPlan.stop_reason.is_(None)),
        ),
        not_(attended),
        ~open_sessions.exists(),
    )
    ids = list(session.scalars(select(FollowUpPlan.id).where(shelved)))
    if not ids:
        return 0
    chosen = FollowUpPlan.id.in_(ids)
    history.record_plans(session, "plan shelved", at=now, where=chosen)
    session.execute(
        update(FollowUpPlan)
        .where(chosen)
        .values(state=PlanState.DRAFT, state_at=now, stop_reason=StopReason.ABSENT)
    )
    session.execute(
        update(Touchpoint)
        .where(
            Touchpoint.plan_id.in_(ids),
            Touchpoint.state.in_([TouchpointState.PLANNED, TouchpointState.OPEN]),
        )
        .values(state=TouchpointState.CANCELLED, state_reason=NOT_THERE, settled_at=now)
    )
    outbox.cancel(session, Message.plan_id.in_(ids), reason=NOT_THERE, now=now)
    for plan_id in ids:
        checkins.cancel_plan(session, plan_id=plan_id, now=now)
    return len(ids)
