"""Starts the follow-ups of those who attended and shelves those of no-shows."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from coachfollow.extensions import unindexed
from coachfollow.flow import checkins, history, outbox, plans, preludes, sets
from coachfollow.models import Attendance, Cohort, FollowUpPlan, Message, Touchpoint, TrainingSession
from coachfollow.rules.attending import NOT_THERE
from coachfollow.rules.kinds import AttendanceState, PlanState, StepKind, StopReason, TouchpointState

STALE_PROMPT = timedelta(days=2)
ATTENDED, MISSED = 1, -1


def settle_attendance(session: Session, *, cohort: Cohort, now: datetime) -> tuple[int, int]:
    """Start the plans of those who attended, shelve those of no-shows; gives how many of each. No commit."""
    verdict = _verdict(session, cohort)
    gone_by = preludes.passed(session, cohort=cohort, now=now)
    started = shelved = 0
    of_group = FollowUpPlan.cohort_id == cohort.id
    for span in sets.spans(session, FollowUpPlan.id, of_group):
        run = of_group & FollowUpPlan.id.between(*span)
        started += _start(session, run & (verdict == ATTENDED), now)
        shelved += _shelve(session, run, verdict == MISSED, now)
        _pass_over(session, run, Touchpoint.plan_id.between(*span), gone_by, now)
        _finish_what_is_over(session, run, now)
    return started, shelved


def _start(session: Session, attended: ColumnElement[bool], now: datetime) -> int:
    """Start the plans that wait for it; gives how many."""
    begun = and_(
        attended,
        FollowUpPlan.state == PlanState.DRAFT,
        FollowUpPlan.stop_reason.is_distinct_from(StopReason.ERASED),
    )
    history.record_plans(session, "plan started", at=now, where=begun)
    _revive(session, begun)
    started = session.connection().execute(
        update(FollowUpPlan).where(begun).values(state=PlanState.ACTIVE, state_at=now, stop_reason=None)
    )
    return started.rowcount


def _verdict(session: Session, cohort: Cohort) -> ScalarSelect[int]:
    """Whether a plan's person attended: `rules.attending.attended` in the words of the database.

    One look-up a plan: PostgreSQL knows nothing yet of rows that came a second ago, and would join them all ways.
    """
    sessions = session.scalar(
        select(func.count()).select_from(TrainingSession).where(TrainingSession.cohort_id == cohort.id)
    )
    present = func.count().filter(Attendance.state == AttendanceState.PRESENT)
    known = func.count().filter(Attendance.state != AttendanceState.INVITED)
    expected = (sessions or 0) - func.count().filter(Attendance.state == AttendanceState.EXCUSED)
    enough = case(
        (expected < 1, 1), (expected < cohort.attended_sessions, expected), else_=cohort.attended_sessions
    )
    out_of_reach = present + (sessions or 0) - known < enough
    return (
        select(case((present >= enough, ATTENDED), (out_of_reach, MISSED), else_=0))
        .where(Attendance.enrolment_id == FollowUpPlan.enrolment_id)
        .correlate(FollowUpPlan)
        .scalar_subquery()
    )


def _revive(session: Session, begun: ColumnElement[bool]) -> None:
    """Somebody was there after all: what the no-show had cancelled is planned again."""
    session.execute(
        update(Touchpoint)
        .where(_of(begun & FollowUpPlan.stop_reason.is_not(None)), Touchpoint.state_reason == NOT_THERE)
        .values(state=TouchpointState.PLANNED, state_reason=None, settled_at=None)
        .execution_options(synchronize_session=False)
    )


def _pass_over(
    session: Session,
    run: ColumnElement[bool],
    theirs: ColumnElement[bool],
    gone_by: Collection[int],
    now: datetime,
) -> None:
    """What was over before the plan began is skipped and says so; a late start is no burst.

    The follow-ups are those of the same span: by the plans alone PostgreSQL reads them all, for each run of a list.
    """
    begun = _just_started(run, now)
    waiting = and_(run, FollowUpPlan.state == PlanState.DRAFT, FollowUpPlan.stop_reason.is_(None))
    stale_prompt = and_(Touchpoint.kind == StepKind.PROMPT, Touchpoint.due_at <= now - STALE_PROMPT)
    too_late = and_(_of(begun), or_(Touchpoint.closes_at <= now, stale_prompt))
    prelude = and_(_of(or_(begun, waiting)), Touchpoint.step_id.in_(gone_by))
    session.connection().execute(
        update(Touchpoint)
        .where(theirs, unindexed(Touchpoint.state) == TouchpointState.PLANNED.value, or_(too_late, prelude))
        .values(state=TouchpointState.CANCELLED, state_reason=preludes.PASSED, settled_at=now)
    )


def _just_started(run: ColumnElement[bool], now: datetime) -> ColumnElement[bool]:
    return and_(run, FollowUpPlan.state == PlanState.ACTIVE, FollowUpPlan.state_at == now)


def _of(chosen: ColumnElement[bool]) -> ColumnElement[bool]:
    return Touchpoint.plan_id.in_(select(FollowUpPlan.id).where(chosen))


def _finish_what_is_over(session: Session, run: ColumnElement[bool], now: datetime) -> None:
    """A plan that began when everything had passed has come to its end."""
    over = select(FollowUpPlan.id).where(_just_started(run, now), ~plans.SOMETHING_TO_COME)
    for ids in sets.chunks(session.scalars(over).all()):
        plans.finish(session, plan_ids=ids, now=now)


def _shelve(session: Session, run: ColumnElement[bool], missed: ColumnElement[bool], now: datetime) -> int:
    """Put back to draft the plans of those who, by all that is known now, did not attend enough sessions."""
    going = or_(
        FollowUpPlan.state.in_([PlanState.ACTIVE, PlanState.PAUSED]),
        and_(FollowUpPlan.state == PlanState.DRAFT, FollowUpPlan.stop_reason.is_(None)),
    )
    history.record_plans(session, "plan shelved", at=now, where=run & going & missed)
    put_back = session.connection().execute(
        update(FollowUpPlan)
        .where(run, going, missed)
        .values(state=PlanState.DRAFT, state_at=now, stop_reason=StopReason.ABSENT, paused_until=None)
    )
    if put_back.rowcount:
        absent = FollowUpPlan.stop_reason == StopReason.ABSENT
        _silence(session, and_(run, absent, FollowUpPlan.state_at == now), now)
    return put_back.rowcount


def _silence(session: Session, shelved: ColumnElement[bool], now: datetime) -> None:
    """Take back whatever was to come, the mails on their way and the meetings."""
    session.connection().execute(
        update(Touchpoint)
        .where(_of(shelved), Touchpoint.state.in_([TouchpointState.PLANNED, TouchpointState.OPEN]))
        .values(state=TouchpointState.CANCELLED, state_reason=NOT_THERE, settled_at=now)
    )
    theirs = Message.plan_id.in_(select(FollowUpPlan.id).where(shelved))
    outbox.cancel(session, theirs, reason=NOT_THERE, now=now)
    checkins.set_aside(session, shelved, reason=NOT_THERE, now=now)
