"""Reads who is where in a group: attendance by session, the plan's state, what comes next, who coaches."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Label, Select, func, select
from sqlalchemy.orm import Session, aliased

from coachfollow.models import Attendance, Coaching, Enrolment, FollowUpPlan, Person, Touchpoint
from coachfollow.queries import relations
from coachfollow.rules.kinds import AttendanceState, PlanState, StopReason, TouchpointState

PAGE = 100

Presence = Mapping[int, tuple[AttendanceState, int | None]]  # by session: the state, the minutes if known


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody in a group."""

    name: str
    email: str | None
    plan: str | None  # its public id
    state: PlanState | None
    stop_reason: StopReason | None
    coach: str
    next_day: date | None
    presence: Presence


def participants(
    session: Session,
    *,
    cohort_id: int,
    now: datetime,
    state: PlanState | None = None,
    limit: int = PAGE,
    offset: int = 0,
) -> Sequence[Participant]:
    """Give the people of a group by name, those whose plan is in a state if one is named."""
    chosen = _listed(now).where(Enrolment.cohort_id == cohort_id)
    if state is not None:
        chosen = chosen.where(FollowUpPlan.state == state)
    rows = session.execute(chosen.limit(limit).offset(offset)).all()
    presence = _presence(session, {row.id for row in rows})
    return [
        Participant(
            name=row.name or "",
            email=row.email,
            plan=row.public_id,
            state=row.state,
            stop_reason=row.stop_reason,
            coach=row.coach or "",
            next_day=row.next_day,
            presence=presence[row.id],
        )
        for row in rows
    ]


def _listed(now: datetime) -> Select[*tuple[Any, ...]]:
    """Everybody whom a list that is live names, with their plan and who coaches it now; by name."""
    coach = aliased(Person)
    plan = FollowUpPlan.public_id, FollowUpPlan.state, FollowUpPlan.stop_reason
    return (
        select(Enrolment.id, Person.name, Person.email, *plan, coach.name.label("coach"), _next_day(now))
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(FollowUpPlan, FollowUpPlan.enrolment_id == Enrolment.id)
        .outerjoin(Coaching, (Coaching.plan_id == FollowUpPlan.id) & Coaching.to_at.is_(None))
        .outerjoin(coach, coach.id == Coaching.coach_id)
        .where(relations.is_listed(Enrolment.id))
        .order_by(Person.name.nulls_last(), Enrolment.id)
    )


def _next_day(now: datetime) -> Label[date]:
    return (
        select(func.min(Touchpoint.local_date))
        .where(
            Touchpoint.plan_id == FollowUpPlan.id,
            Touchpoint.state == TouchpointState.PLANNED,
            Touchpoint.due_at > now,
            FollowUpPlan.state == PlanState.ACTIVE,  # during a pause the day depends on its end
        )
        .correlate(FollowUpPlan)
        .scalar_subquery()
        .label("next_day")
    )


def _presence(session: Session, enrolments: Collection[int]) -> Mapping[int, Presence]:
    found: defaultdict[int, dict[int, tuple[AttendanceState, int | None]]] = defaultdict(dict)
    for row in session.scalars(select(Attendance).where(Attendance.enrolment_id.in_(list(enrolments)))):
        found[row.enrolment_id][row.training_session_id] = (row.state, row.minutes)
    return found
