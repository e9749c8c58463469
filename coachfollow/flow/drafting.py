"""Gives enrolments their draft plans, dates and coaches, in sets: a few statements for many people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    String,
    Time,
    case,
    exists,
    false,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from coachfollow.extensions import UtcDateTime
from coachfollow.flow import sets
from coachfollow.models import Coaching, Cohort, Enrolment, FollowUpPlan, Grant, ImportRow, Person, Touchpoint
from coachfollow.queries import schedules
from coachfollow.rules import planning, worktime
from coachfollow.rules.planning import Planned
from coachfollow.rules.words import PlanState, Role, Scope, TouchpointState


def draft(
    session: Session, *, cohort: Cohort, enrolments: tuple[int, int], batch_id: int | None, now: datetime
) -> None:
    """Draft plans for a cohort's enrolments from one id to another, once each. The caller commits."""
    first, last = enrolments
    chosen = Enrolment.id.between(first, last) & (Enrolment.cohort_id == cohort.id)
    session.execute(
        sets.insert_new(session, FollowUpPlan).from_select(
            _PLAN_COLUMNS, _new_plans(cohort, chosen, batch_id, now)
        )
    )
    # + 0 keeps SQLite from walking the whole cohort by its index for every chunk
    plans = FollowUpPlan.enrolment_id.between(first, last) & (FollowUpPlan.cohort_id + 0 == cohort.id)
    date_plans(session, cohort=cohort, plans=plans)
    _assign_coaches(session, cohort, plans, batch_id, now)


def date_plans(session: Session, *, cohort: Cohort, plans: ColumnElement[bool]) -> None:
    """Give every chosen plan without dates its dates: worked out and stored once per rhythm."""
    steps = schedules.steps(session, version_id=cohort.programme_version_id)
    ids = {rule.key: step_id for step_id, rule in steps.items()}
    sessions = schedules.sessions(session, cohort)
    for rhythm in schedules.rhythms(session, where=plans):
        planned = planning.plan(
            tuple(steps.values()),
            sessions=sessions,
            week=worktime.parse_week(rhythm.week),
            zone=rhythm.zone,
        )
        alike = plans & (Person.zone == rhythm.zone) & (Person.working_week == rhythm.week)
        session.execute(
            sets.insert_new(session, Touchpoint).from_select(_COLUMNS, _touchpoints(planned, ids, alike))
        )


_PLAN_COLUMNS = [
    "public_id",
    "enrolment_id",
    "person_id",
    "cohort_id",
    "programme_version_id",
    "state",
    "state_at",
    "batch_id",
]
_STEP_COLUMNS: dict[str, TypeEngine[Any]] = {
    "step_id": Integer(),
    "kind": String(),
    "audience": String(),
    "local_date": Date(),
    "local_time": Time(),
    "zone": String(),
    "due_at": UtcDateTime(),
    "grace_until": UtcDateTime(),
    "closes_at": UtcDateTime(),
    "why": String(),
}
_COLUMNS = ["plan_id", "cohort_id", "n", "state", "undeliverable", *_STEP_COLUMNS]


def _new_plans(
    cohort: Cohort, chosen: ColumnElement[bool], batch_id: int | None, now: datetime
) -> sets.AnySelect:
    return select(
        sets.random_id(),
        Enrolment.id,
        Enrolment.person_id,
        Enrolment.cohort_id,
        literal(cohort.programme_version_id),
        literal(PlanState.DRAFT.value),
        literal(now, UtcDateTime()),
        literal(batch_id, Integer()),
    ).where(chosen)


def _touchpoints(
    planned: Sequence[Planned], ids: dict[str, int], plans: ColumnElement[bool]
) -> sets.AnySelect:
    """Plans × the dates of their rhythm, for those that have none yet."""
    dates = sets.rows("dates", _STEP_COLUMNS, [_row(one, ids) for one in planned])
    bare = ~exists().where(Touchpoint.plan_id == FollowUpPlan.id)
    return (
        select(
            FollowUpPlan.id,
            FollowUpPlan.cohort_id,
            literal(1),
            literal(TouchpointState.PLANNED.value),
            false(),
            *(dates.c[name] for name in _STEP_COLUMNS),
        )
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(dates, literal(1) == literal(1))
        .where(plans, bare)
    )


def _row(one: Planned, ids: dict[str, int]) -> tuple[object, ...]:
    return (
        ids[one.step],
        one.kind.value,
        one.audience.value,
        one.local_date,
        one.local_time,
        one.zone,
        one.due_at,
        one.grace_until,
        one.closes_at,
        one.why,
    )


def _assign_coaches(
    session: Session, cohort: Cohort, plans: ColumnElement[bool], batch_id: int | None, now: datetime
) -> None:
    """First whom the file names, then evenly over the cohort's coaches, the least busy first."""
    columns = ["plan_id", "coach_id", "from_at"]
    named = (
        select(FollowUpPlan.id, ImportRow.coach_id, literal(now, UtcDateTime()))
        .join(ImportRow, ImportRow.person_id == FollowUpPlan.person_id)
        .where(
            plans,
            ImportRow.batch_id == batch_id,
            ImportRow.problem.is_(None),
            ImportRow.skipped.is_(False),
            ImportRow.coach_id != FollowUpPlan.person_id,  # nobody is their own coach
        )
    )
    session.execute(sets.insert_new(session, Coaching).from_select(columns, named))
    coaches = _coaches_by_load(session, cohort)
    if coaches:
        session.execute(
            sets.insert_new(session, Coaching).from_select(columns, _shared_out(plans, coaches, now))
        )


def _coaches_by_load(session: Session, cohort: Cohort) -> list[int]:
    load = (
        select(func.count(Coaching.id))
        .join(FollowUpPlan, FollowUpPlan.id == Coaching.plan_id)
        .where(
            Coaching.coach_id == Grant.person_id,
            Coaching.to_at.is_(None),
            FollowUpPlan.cohort_id == cohort.id,
        )
        .scalar_subquery()
    )
    return list(
        session.scalars(
            select(Grant.person_id)
            .where(
                Grant.role == Role.COACH,
                Grant.scope == Scope.COHORT,
                Grant.scope_id == cohort.id,
                Grant.to_at.is_(None),
            )
            .order_by(load, Grant.person_id)
        )
    )


def _shared_out(plans: ColumnElement[bool], coaches: Sequence[int], now: datetime) -> sets.AnySelect:
    alone = ~exists().where(Coaching.plan_id == FollowUpPlan.id, Coaching.to_at.is_(None))
    turn = func.row_number().over(order_by=FollowUpPlan.id) - 1
    waiting = (
        select(FollowUpPlan.id, FollowUpPlan.person_id, turn.label("turn")).where(plans, alone).subquery()
    )
    seats = sets.rows("seats", {"seat": Integer(), "coach_id": Integer()}, list(enumerate(coaches)))
    own = seats.alias("own")  # a coach who takes part goes to the next one
    further = case((own.c.seat == waiting.c.turn % len(coaches), 1), else_=0)
    return (
        select(waiting.c.id, seats.c.coach_id, literal(now, UtcDateTime()))
        .outerjoin(own, own.c.coach_id == waiting.c.person_id)
        .join(seats, seats.c.seat == (waiting.c.turn + further) % len(coaches))
        .where(seats.c.coach_id != waiting.c.person_id)
    )
