"""Reads the meetings that have no time yet, with the people whose time they need."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from coachfollow.models import CheckIn, Coaching, CoachProfile, FollowUpPlan, Person, Touchpoint
from coachfollow.rules.kinds import TO_COME, CheckInState, PlanState, StepKind, TouchpointState

# a check-in that stands in no calendar, or never did
WITHOUT_A_TIME = and_(
    Touchpoint.kind == StepKind.CHECK_IN,
    ~exists()
    .where(CheckIn.touchpoint_id == Touchpoint.id, CheckIn.state == CheckInState.PLACED)
    .correlate(Touchpoint),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A check-in without a time: who meets whom, near when."""

    touchpoint: Touchpoint
    person: Person
    coach: Person
    profile: CoachProfile | None
    check_in: CheckIn | None
    plan: str  # by its public id


def wanted(session: Session, *, touchpoint_ids: Collection[int], now: datetime) -> Sequence[Wanted]:
    """Give those of these check-ins that still want a time, nearest first."""
    return _wanted(session, Touchpoint.id.in_(touchpoint_ids), now)


def of(session: Session, *, touchpoint_id: int) -> Wanted | None:
    """Give one check-in to come, whether it has a time or not."""
    found = _read(session, _with_coach(_COLUMNS).where(Touchpoint.id == touchpoint_id))
    return found[0] if found else None


def waiting(session: Session, *, now: datetime, ahead: timedelta) -> Sequence[Wanted]:
    """Give check-ins of running plans that come within `ahead` without a time, or should have come, nearest first.

    Two statements, since each state has an index of its own.
    """
    planned = (Touchpoint.state == TouchpointState.PLANNED) & (Touchpoint.due_at <= now + ahead)
    late = Touchpoint.state == TouchpointState.OPEN
    found = [one for some in (planned, late) for one in _wanted(session, some, now)]
    return sorted(found, key=lambda one: (one.touchpoint.due_at, one.touchpoint.id))


def without_a_time(session: Session, *, cohort_id: int, now: datetime, ahead: timedelta) -> Sequence[Wanted]:
    """Give the check-ins of a group that come within `ahead` and have no time, nearest first."""
    return _wanted(session, (FollowUpPlan.cohort_id == cohort_id) & (Touchpoint.due_at <= now + ahead), now)


def _wanted(session: Session, where: ColumnElement[bool], now: datetime) -> Sequence[Wanted]:
    return _read(session, _without_a_time(_COLUMNS, now).where(where))


def _read(session: Session, chosen: Select[*tuple[Any, ...]]) -> Sequence[Wanted]:
    rows = session.execute(
        chosen.order_by(Touchpoint.due_at, Touchpoint.id).execution_options(populate_existing=True)
    )
    return [
        Wanted(
            touchpoint=touchpoint, person=person, coach=coach, profile=profile, check_in=check_in, plan=plan
        )
        for touchpoint, person, coach, profile, check_in, plan in rows
    ]


_COACH = aliased(Person)
_COLUMNS = select(Touchpoint, Person, _COACH, CoachProfile, CheckIn, FollowUpPlan.public_id)


def _without_a_time(chosen: Select[*tuple[Any, ...]], now: datetime) -> Select[*tuple[Any, ...]]:
    """Until it closes, even if its day has passed. Whoever takes part and was named their own coach is left out."""
    return _with_coach(chosen).where(
        FollowUpPlan.state == PlanState.ACTIVE,
        Touchpoint.closes_at > now,
        _COACH.id != Person.id,
        or_(CheckIn.id.is_(None), CheckIn.state == CheckInState.UNPLACED),
    )


def _with_coach(chosen: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        chosen.select_from(Touchpoint)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(Coaching, (Coaching.plan_id == FollowUpPlan.id) & Coaching.to_at.is_(None))
        .join(_COACH, _COACH.id == Coaching.coach_id)
        .outerjoin(CoachProfile, CoachProfile.person_id == _COACH.id)
        .outerjoin(CheckIn, CheckIn.touchpoint_id == Touchpoint.id)
        .where(Touchpoint.kind == StepKind.CHECK_IN, Touchpoint.state.in_(TO_COME))
    )
