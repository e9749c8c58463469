"""Gives enrolments their draft plans, dates and coaches, in sets: a few statements for many people."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Integer,
    case,
    exists,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Session

from coachfollow.extensions import UtcDateTime
from coachfollow.flow import sets, timetables
from coachfollow.models import Coaching, Cohort, Enrolment, FollowUpPlan, Grant, ImportRow, Person
from coachfollow.queries import relations
from coachfollow.rules.kinds import PlanState, Role, Scope


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
    timetables.date(session, cohort=cohort, plans=plans, now=now)
    _assign_named_coaches(session, plans, batch_id, now)
    share_out(session, cohort=cohort, plans=plans, now=now)


def share_out(session: Session, *, cohort: Cohort, plans: ColumnElement[bool], now: datetime) -> int:
    """Give the chosen plans that have no coach one of the cohort's each, the least busy first. No commit."""
    coaches = _coaches_by_load(session, cohort, now)
    if not coaches:
        return 0
    shared = sets.insert_new(session, Coaching).from_select(
        _COACHING_COLUMNS, _shared_out(plans, coaches, now)
    )
    return session.connection().execute(shared).rowcount


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


def _coaches_by_load(session: Session, cohort: Cohort, now: datetime) -> list[int]:
    """The coaches of a group who are here and can be reached, whoever coaches fewest first."""
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
            .join(Person, Person.id == Grant.person_id)
            .where(
                Grant.role == Role.COACH,
                Grant.scope == Scope.COHORT,
                Grant.scope_id == cohort.id,
                Grant.to_at.is_(None),
                Person.email.is_not(None),
                relations.is_here(Person, now),
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
