"""Reads what placing a meeting needs: which have no time yet, and when people are busy."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from coachfollow.models import (
    CheckIn,
    CheckInAttendee,
    Coaching,
    CoachProfile,
    FollowUpPlan,
    Message,
    Person,
    Touchpoint,
)
from coachfollow.rules.kinds import (
    LEFT,
    TO_COME,
    CheckInState,
    MessageKind,
    PlanState,
    StepKind,
    TouchpointState,
)

ACCEPTED = "ACCEPTED"  # RFC 5545, 3.2.12

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


def without_a_time(session: Session, *, cohort_id: int, now: datetime, ahead: timedelta) -> Sequence[Wanted]:
    """Give the check-ins of a group that come within `ahead` and have no time, nearest first."""
    return _wanted(session, (FollowUpPlan.cohort_id == cohort_id) & (Touchpoint.due_at <= now + ahead), now)


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
