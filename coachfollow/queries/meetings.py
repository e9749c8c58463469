"""Reads what placing a meeting needs: which have no time yet, and when people are busy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from coachfollow.models import (
    CheckIn,
    CheckInAttendee,
    Coaching,
    CoachProfile,
    FollowUpPlan,
    Person,
    Touchpoint,
)
from coachfollow.rules.words import CheckInState, PlanState, StepKind, TouchpointState


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A check-in without a time: who meets whom, near when."""

    touchpoint: Touchpoint
    person: Person
    coach: Person
    profile: CoachProfile | None
    check_in: CheckIn | None


def unplaced(session: Session, *, now: datetime, ahead: timedelta) -> Sequence[Wanted]:
    """Give the check-ins of running plans that come within `ahead` and have no time, the nearest first."""
    coach = aliased(Person)
    rows = session.execute(
        select(Touchpoint, Person, coach, CoachProfile, CheckIn)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(Coaching, (Coaching.plan_id == FollowUpPlan.id) & Coaching.to_at.is_(None))
        .join(coach, coach.id == Coaching.coach_id)
        .outerjoin(CoachProfile, CoachProfile.person_id == coach.id)
        .outerjoin(CheckIn, CheckIn.touchpoint_id == Touchpoint.id)
        .where(
            Touchpoint.kind == StepKind.CHECK_IN,
            Touchpoint.state == TouchpointState.PLANNED,
            Touchpoint.due_at <= now + ahead,
            FollowUpPlan.state == PlanState.ACTIVE,
            or_(CheckIn.id.is_(None), CheckIn.state == CheckInState.UNPLACED),
        )
        .order_by(Touchpoint.due_at, Touchpoint.id)
    )
    return [
        Wanted(touchpoint=touchpoint, person=person, coach=coach_, profile=profile, check_in=check_in)
        for touchpoint, person, coach_, profile, check_in in rows
    ]


def busy(session: Session, *, person_id: int, since: datetime) -> list[tuple[datetime, datetime]]:
    """Give the times at which somebody, coach or participant, has a check-in already."""
    rows = session.execute(
        select(CheckIn.starts_at, CheckIn.ends_at)
        .join(CheckInAttendee, CheckInAttendee.check_in_id == CheckIn.id)
        .where(
            CheckInAttendee.person_id == person_id,
            CheckIn.state == CheckInState.PLACED,
            CheckIn.ends_at > since,
        )
    )
    return [(starts_at, ends_at) for starts_at, ends_at in rows if starts_at and ends_at]


def coming(
    session: Session, plans: ColumnElement[bool], *, now: datetime
) -> Sequence[tuple[CheckIn, Touchpoint]]:
    """Give the meetings of these plans that stand in calendars and are still to come."""
    rows = session.execute(
        select(CheckIn, Touchpoint)
        .join(Touchpoint, Touchpoint.id == CheckIn.touchpoint_id)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .where(plans, CheckIn.state == CheckInState.PLACED, CheckIn.starts_at > now)
    )
    return [(check_in, touchpoint) for check_in, touchpoint in rows]
