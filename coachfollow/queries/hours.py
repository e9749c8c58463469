"""Reads when and where somebody can be booked, by whom, and which of their meetings stand or wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from coachfollow.models import CheckIn, Coaching, CoachProfile, FollowUpPlan, Person, Touchpoint
from coachfollow.queries import worktimes
from coachfollow.rules.absences import Leave
from coachfollow.rules.kinds import TO_COME, CheckInState, PlanState, Rhythm, StepKind
from coachfollow.rules.slots_values import Limits
from coachfollow.rules.worktime import WorkingTime

MINUTES = 30  # of a meeting, where its coach has said nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A coach's bookable week as the rules write it, in their zone, and the place to meet."""

    week: str
    link: str
    minutes: int | None
    zone: str
    limits: Limits
    rhythm: Rhythm = Rhythm.WEEKLY


def zone(session: Session, *, person_id: int) -> str:
    """Give the zone in which somebody lives."""
    return session.get_one(Person, person_id).zone


def hours(session: Session, *, person_id: int) -> Hours:
    """Give when somebody can be booked; an empty week where they have not said so yet."""
    here, profile = zone(session, person_id=person_id), session.get(CoachProfile, person_id)
    if profile is None:
        return Hours(week="", link="", minutes=None, zone=here, limits=Limits())
    return Hours(
        week=profile.bookable_week or "",
        link=profile.meeting_link or "",
        minutes=profile.meeting_minutes,
        zone=here,
        limits=Limits(gap=profile.gap_minutes, a_day=profile.meetings_a_day, a_week=profile.meetings_a_week),
        rhythm=profile.rhythm or Rhythm.WEEKLY,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """When a coach can be booked, if they have said so, without their leave; and that leave."""

    hours: WorkingTime | None
    leave: Sequence[Leave]


def offer(session: Session, *, coach_id: int, now: datetime) -> Offer:
    """Give when somebody can be booked, and when they are away."""
    times = worktimes.of_person(session, person_id=coach_id, now=now)
    profile = session.get(CoachProfile, coach_id)
    week = profile.bookable_week if profile else None
    return Offer(hours=worktimes.offered(week, times) if week else None, leave=times.leave)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachable:
    """One of a coach's people, with the zone and week in which they can be met."""

    name: str
    zone: str
    week: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How many meetings of running follow-ups have a time to come, and how many have none yet."""

    placed: int
    waiting: int


def people(session: Session, *, coach_id: int) -> Sequence[Reachable]:
    """Give those whom somebody coaches in a running follow-up, by name."""
    rows = session.execute(
        select(Person.name, Person.zone, Person.working_week)
        .join(FollowUpPlan, FollowUpPlan.person_id == Person.id)
        .join(Coaching, Coaching.plan_id == FollowUpPlan.id)
        .where(
            Coaching.coach_id == coach_id, Coaching.to_at.is_(None), FollowUpPlan.state == PlanState.ACTIVE
        )
        .distinct()
        .order_by(Person.name)
    )
    return [Reachable(name=name or "somebody", zone=there, week=week) for name, there, week in rows]


def standing(session: Session, *, coach_id: int, now: datetime) -> Standing:
    """Count a coach's meetings that stand in calendars, and those that still want a time."""
    placed = (CheckIn.state == CheckInState.PLACED) & (CheckIn.starts_at > now)
    waiting = CheckIn.id.is_(None) | (CheckIn.state == CheckInState.UNPLACED)
    row = session.execute(
        select(func.count(case((placed, 1))), func.count(case((waiting, 1))))
        .select_from(Touchpoint)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Coaching, Coaching.plan_id == FollowUpPlan.id)
        .outerjoin(CheckIn, CheckIn.touchpoint_id == Touchpoint.id)
        .where(
            Coaching.coach_id == coach_id,
            Coaching.to_at.is_(None),
            FollowUpPlan.state == PlanState.ACTIVE,
            Touchpoint.kind == StepKind.CHECK_IN,
            Touchpoint.state.in_(TO_COME),
        )
    ).one()
    return Standing(placed=row[0], waiting=row[1])
