"""Gives enrolments their draft plans, dates and coaches, in sets: a few statements for many people."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
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
    true,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from coachfollow.extensions import UtcDateTime
from coachfollow.flow import preludes, sets
from coachfollow.models import Coaching, Cohort, Enrolment, FollowUpPlan, Grant, ImportRow, Person, Touchpoint
from coachfollow.queries import schedules
from coachfollow.rules import planning, rotas
from coachfollow.rules.kinds import PlanState, Role, Scope, TouchpointState
from coachfollow.rules.planning import Planned


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
    _date(session, cohort, plans, now)
    _assign_named_coaches(session, plans, batch_id, now)
    share_out(session, cohort=cohort, plans=plans, now=now)


def share_out(session: Session, *, cohort: Cohort, plans: ColumnElement[bool], now: datetime) -> int:
    """Give the chosen plans that have no coach one of the cohort's each, the least busy first. No commit."""
    coaches = _coaches_by_load(session, cohort)
    if not coaches:
        return 0
    shared = sets.insert_new(session, Coaching).from_select(
        _COACHING_COLUMNS, _shared_out(plans, coaches, now)
    )
    return session.connection().execute(shared).rowcount


def _date(session: Session, cohort: Cohort, plans: ColumnElement[bool], now: datetime) -> None:
    """Give every chosen plan without dates its dates: worked out and stored once per rhythm."""
    steps = schedules.steps(session, version_id=cohort.programme_version_id)
    ids = {rule.key: step_id for step_id, rule in steps.items()}
    sessions = schedules.sessions(session, cohort)
    gone_by = preludes.passed(session, cohort=cohort, now=now)
    for rhythm in schedules.rhythms(session, where=plans):
        planned = planning.plan(
            tuple(steps.values()),
            sessions=sessions,
            week=rotas.parse(rhythm.week),
            zone=rhythm.zone,
        )
        dates = _dates(tuple((ids[one.step], one) for one in planned), gone_by, now)
        alike = plans & (Person.zone == rhythm.zone) & (Person.working_week == rhythm.week)
        session.execute(
            sets.insert_new(session, Touchpoint).from_select(_COLUMNS, _touchpoints(dates, alike))
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
    "state": String(),
    "state_reason": String(),
    "settled_at": UtcDateTime(),
}
_COLUMNS = ["plan_id", "cohort_id", "n", "undeliverable", *_STEP_COLUMNS]
_COACHING_COLUMNS = ["plan_id", "coach_id", "from_at"]


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


def _touchpoints(dates: CTE, plans: ColumnElement[bool]) -> sets.AnySelect:
    """Plans × the dates of their rhythm, for those that have none yet."""
    bare = ~exists().where(Touchpoint.plan_id == FollowUpPlan.id)
    return (
        select(
            FollowUpPlan.id,
            FollowUpPlan.cohort_id,
            literal(1),
            false(),
            *(dates.c[name] for name in _STEP_COLUMNS),
        )
        .join(Person, Person.id == FollowUpPlan.person_id)
        # outer keeps SQLite from walking all the plans once for every date; there are always dates
        .outerjoin(dates, true())
        .where(plans, bare)
    )


@lru_cache(maxsize=128)
def _dates(planned: tuple[tuple[int, Planned], ...], gone_by: frozenset[int], now: datetime) -> CTE:
    """The dates of a rhythm as a table; every chunk of a file has the same rhythms.

    What led up to a day that has come is skipped from the first, as the flip would skip it person by person.
    """
    to_come, skipped = (
        (TouchpointState.PLANNED.value, None, None),
        (TouchpointState.CANCELLED.value, preludes.PASSED, now),
    )
    return sets.few_rows(
        "dates",
        _STEP_COLUMNS,
        [(step_id, *_row(one), *(skipped if step_id in gone_by else to_come)) for step_id, one in planned],
    )


def _row(one: Planned) -> tuple[object, ...]:
    return (
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


def _assign_named_coaches(
    session: Session, plans: ColumnElement[bool], batch_id: int | None, now: datetime
) -> None:
    """Give each plan the coach whom the file names."""
    named = _as_named(plans, batch_id, now)
    session.execute(sets.insert_new(session, Coaching).from_select(_COACHING_COLUMNS, named))


def _as_named(plans: ColumnElement[bool], batch_id: int | None, now: datetime) -> sets.AnySelect:
    """The coach of each plan's row: one look-up a plan, where SQLite would walk the whole file for every chunk."""
    named = (
        select(ImportRow.coach_id)
        .where(
            ImportRow.batch_id == batch_id,
            ImportRow.person_id == FollowUpPlan.person_id,
            ImportRow.problem.is_(None),
            ImportRow.skipped.is_(False),
            ImportRow.coach_id != FollowUpPlan.person_id,  # nobody is their own coach
        )
        .order_by(ImportRow.id)  # by line it would be sought by line: the whole file for every plan
        .limit(1)
        .correlate(FollowUpPlan)
        .scalar_subquery()
    )
    return select(FollowUpPlan.id, named, literal(now, UtcDateTime())).where(plans, named.is_not(None))


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
