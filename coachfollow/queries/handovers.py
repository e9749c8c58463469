"""Reads what handing a coach's participants over has to know: who they are, who else coaches, which meetings come."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from coachfollow.models import CheckIn, Coaching, Cohort, FollowUpPlan, Grant, Person, Touchpoint
from coachfollow.queries import relations, snapshots
from coachfollow.rules.kinds import TO_COME, CheckInState, Role, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Which participants of a coach: all of them, those of a group, or one."""

    coach_id: int
    cohort_id: int | None = None
    plan: str | None = None  # its public id


@dataclass(frozen=True, slots=True, kw_only=True)
class Coached:
    """Somebody whom a coach coaches, and in which group."""

    plan_id: int
    plan: str  # its public id
    person_id: int
    name: str
    cohort_id: int
    cohort: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A meeting to come, with a time or without."""

    touchpoint_id: int
    is_placed: bool


def coached(session: Session, whose: Whose) -> Sequence[Coached]:
    """Give those of them whom the coach coaches, as long as something is to come, in the order of their plans."""
    rows = session.execute(
        select(
            FollowUpPlan.id,
            FollowUpPlan.public_id,
            Person.id,
            Person.name,
            Person.email,
            Cohort.id,
            Cohort.title,
        )
        .join(Coaching, Coaching.plan_id == FollowUpPlan.id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(Cohort, Cohort.id == FollowUpPlan.cohort_id)
        .where(_theirs(whose))
        .order_by(FollowUpPlan.id)
    )
    return [
        Coached(
            plan_id=plan_id,
            plan=plan,
            person_id=person,
            name=name or email or "",
            cohort_id=cohort,
            cohort=title,
        )
        for plan_id, plan, person, name, email, cohort, title in rows
    ]


def loads(
    session: Session, *, cohort_ids: Collection[int], but: int, now: datetime
) -> Mapping[int, Mapping[int, int]]:
    """Give how many each of a group's coaches coaches there, by group and coach, without one of them.

    Whoever has left or has no address takes nobody over.
    """
    named = (
        select(Grant.scope_id, Grant.person_id)
        .join(Person, Person.id == Grant.person_id)
        .where(
            Grant.role == Role.COACH,
            Grant.scope == Scope.COHORT,
            Grant.scope_id.in_(list(cohort_ids)),
            Grant.to_at.is_(None),
            Grant.person_id != but,
            Person.email.is_not(None),
            relations.is_here(Person, now),
        )
    )
    busy = (
        select(FollowUpPlan.cohort_id, Coaching.coach_id, func.count())
        .join(FollowUpPlan, FollowUpPlan.id == Coaching.plan_id)
        .where(FollowUpPlan.cohort_id.in_(list(cohort_ids)), Coaching.to_at.is_(None))
        .group_by(FollowUpPlan.cohort_id, Coaching.coach_id)
    )
    counted = {(cohort, coach): n for cohort, coach, n in session.execute(busy)}
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for cohort, coach in session.execute(named):
        found[cohort][coach] = counted.get((cohort, coach), 0)
    return found


def coming(session: Session, *, plan_ids: Sequence[int], now: datetime) -> Sequence[Coming]:
    """Give the meetings of these plans that somebody has looked for and that have not begun."""
    waits = CheckIn.state == CheckInState.UNPLACED
    ahead = (CheckIn.state == CheckInState.PLACED) & (CheckIn.starts_at > now)
    rows = session.execute(
        select(Touchpoint.id, CheckIn.state)
        .join(CheckIn, CheckIn.touchpoint_id == Touchpoint.id)
        .where(
            Touchpoint.plan_id.in_(plan_ids),
            Touchpoint.state.in_(TO_COME),
            or_(waits, ahead),
        )
        .order_by(Touchpoint.id)
    )
    return [Coming(touchpoint_id=one, is_placed=state is CheckInState.PLACED) for one, state in rows]


def names(session: Session, *, ids: Collection[int]) -> Mapping[int, str]:
    """Give what people are called."""
    rows = session.execute(select(Person.id, Person.name, Person.email).where(Person.id.in_(list(ids))))
    return {person: name or email or "" for person, name, email in rows}


def last_numbers(session: Session, *, plan_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """Give the last number of each step of these plans, by plan and step."""
    rows = session.execute(
        select(Touchpoint.plan_id, Touchpoint.step_id, func.max(Touchpoint.n))
        .where(Touchpoint.plan_id.in_(list(plan_ids)))
        .group_by(Touchpoint.plan_id, Touchpoint.step_id)
    )
    return {(plan, step): n for plan, step, n in rows}


def is_named(session: Session, whose: Whose) -> bool:
    """Whether the coach may get participants there."""
    return session.scalar(select(Grant.id).where(held(whose)).limit(1)) is not None


def held(whose: Whose) -> ColumnElement[bool]:
    """The grants by which the coach coaches there."""
    theirs = (Grant.person_id == whose.coach_id) & (Grant.role == Role.COACH) & Grant.to_at.is_(None)
    if whose.cohort_id is None:
        return theirs
    return theirs & (Grant.scope == Scope.COHORT) & (Grant.scope_id == whose.cohort_id)


def _theirs(whose: Whose) -> ColumnElement[bool]:
    found = (Coaching.coach_id == whose.coach_id) & Coaching.to_at.is_(None)
    if whose.cohort_id is not None:
        found &= FollowUpPlan.cohort_id == whose.cohort_id
    if whose.plan is not None:
        found &= FollowUpPlan.public_id == whose.plan
    return snapshots.living(found)
