"""Reads the meetings that stand in calendars: whose they are, which could move, and who holds an invitation."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from coachfollow.models import CheckIn, CheckInAttendee, Coaching, FollowUpPlan, Message, Person, Touchpoint
from coachfollow.rules.kinds import LEFT, CheckInState, MessageKind, PlanState, TouchpointState

ACCEPTED = "ACCEPTED"  # RFC 5545, 3.2.12


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """A meeting that stands in the calendars of a coach and a participant."""

    touchpoint_id: int
    coach_id: int
    person_id: int
    starts_at: datetime
    ends_at: datetime


def standing(session: Session, *, people: Collection[int], since: datetime) -> Sequence[Stands]:
    """Give the meetings that these people have, as coaches or as participants."""
    theirs = select(CheckInAttendee.check_in_id).where(CheckInAttendee.person_id.in_(list(people)))
    rows = session.execute(
        select(
            CheckIn.touchpoint_id,
            CheckIn.coach_id,
            FollowUpPlan.person_id,
            CheckIn.starts_at,
            CheckIn.ends_at,
        )
        .join(Touchpoint, Touchpoint.id == CheckIn.touchpoint_id)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .where(CheckIn.state == CheckInState.PLACED, CheckIn.ends_at > since, CheckIn.id.in_(theirs))
    )
    return [
        Stands(touchpoint_id=touchpoint, coach_id=coach, person_id=person, starts_at=starts, ends_at=ends)
        for touchpoint, coach, person, starts, ends in rows
        if starts and ends
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movable:
    """A meeting that stands and could stand elsewhere; `said_yes` is the participant's calendar's word."""

    plan_id: int
    plan: str
    touchpoint_id: int
    coach_id: int
    person: Person
    starts_at: datetime
    said_yes: bool


def movable(session: Session, *, coaches: Collection[int], since: datetime) -> Sequence[Movable]:
    """Give the meetings of these coaches, with people they coach still, that begin after a moment."""
    rows = session.execute(
        select(
            FollowUpPlan.id,
            FollowUpPlan.public_id,
            CheckIn.touchpoint_id,
            CheckIn.coach_id,
            Person,
            CheckIn.starts_at,
            CheckInAttendee.partstat,
        )
        .join(Touchpoint, Touchpoint.id == CheckIn.touchpoint_id)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(
            Coaching,
            (Coaching.plan_id == FollowUpPlan.id)
            & (Coaching.coach_id == CheckIn.coach_id)
            & Coaching.to_at.is_(None),
        )
        .join(
            CheckInAttendee,
            (CheckInAttendee.check_in_id == CheckIn.id) & (CheckInAttendee.person_id == Person.id),
        )
        .where(
            CheckIn.coach_id.in_(list(coaches)),
            CheckIn.state == CheckInState.PLACED,
            CheckIn.starts_at > since,
            Touchpoint.state == TouchpointState.PLANNED,
            FollowUpPlan.state == PlanState.ACTIVE,
        )
    )
    return [
        Movable(
            plan_id=plan_id,
            plan=plan,
            touchpoint_id=touchpoint_id,
            coach_id=coach_id,
            person=person,
            starts_at=starts_at,
            said_yes=partstat == ACCEPTED,
        )
        for plan_id, plan, touchpoint_id, coach_id, person, starts_at, partstat in rows
        if starts_at
    ]


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


def told(session: Session, *, attendee_ids: Collection[int]) -> set[int]:
    """Give those attendees whose calendars hold the meeting, or may: an invitation has left, or is leaving."""
    found = session.scalars(
        select(Message.attendee_id).where(
            Message.attendee_id.in_(list(attendee_ids)),
            Message.kind == MessageKind.INVITATION,
            Message.state.in_(LEFT),
        )
    )
    return {attendee_id for attendee_id in found if attendee_id is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearer:
    """Somebody whose calendar holds a meeting."""

    person_id: int
    name: str
    is_coach: bool


def hearers(session: Session, *, touchpoint_ids: Collection[int]) -> Sequence[Hearer]:
    """Give who hears of it when these meetings leave the calendars, coaches first; each once for what they are."""
    invited = exists().where(
        Message.attendee_id == CheckInAttendee.id,
        Message.kind == MessageKind.INVITATION,
        Message.state.in_(LEFT),
    )
    is_coach = (CheckInAttendee.person_id == CheckIn.coach_id).label("is_coach")
    rows = session.execute(
        select(Person.id, Person.name, Person.email, is_coach)
        .join(CheckInAttendee, CheckInAttendee.person_id == Person.id)
        .join(CheckIn, CheckIn.id == CheckInAttendee.check_in_id)
        .where(CheckIn.touchpoint_id.in_(list(touchpoint_ids)), invited)
        .distinct()
        .order_by(is_coach.desc(), Person.name, Person.id)
    )
    return [
        Hearer(person_id=person_id, name=name or email or "", is_coach=coach)
        for person_id, name, email, coach in rows
    ]
