"""Reads a manager's own people: where their follow-ups stand and what comes next; states and dates, no texts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from coachfollow.models import Coaching, Cohort, FollowUpPlan, Person, Touchpoint
from coachfollow.queries import counting, relations
from coachfollow.rules.kinds import Audience, PlanState, StopReason, TouchpointState
from coachfollow.rules.measuring import Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Managed:
    """One plan of one of a manager's people."""

    public_id: str
    participant: str
    group: str
    coach: str
    state: PlanState
    stop_reason: StopReason | None
    paused_until: date | None
    next_day: date | None
    completed: int
    due: int


def my_team(session: Session, *, people: Collection[int], now: datetime) -> Sequence[Managed]:
    """Give the plans of these people by name; the caller says whose people they are."""
    coach = aliased(Person)
    bucket = counting.bucket(now=now)
    completed = bucket.in_([Counted.COMPLETED_ON_TIME.value, Counted.COMPLETED_LATE.value])
    due = completed | bucket.in_([Counted.MISSED.value, Counted.OPEN.value])
    theirs = Touchpoint.audience == Audience.PARTICIPANT  # what their manager is asked says nothing of them
    planned = (Touchpoint.state == TouchpointState.PLANNED) & (Touchpoint.due_at > now)
    planned &= FollowUpPlan.state != PlanState.PAUSED  # then the day depends on when the pause ends
    rows = session.execute(
        select(
            FollowUpPlan,
            Person.name,
            Cohort.title,
            coach.name,
            func.min(case((planned, Touchpoint.local_date))),
            func.count(case((completed & theirs, 1))),
            func.count(case((due & theirs, 1))),
        )
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(Cohort, Cohort.id == FollowUpPlan.cohort_id)
        .outerjoin(Coaching, (Coaching.plan_id == FollowUpPlan.id) & Coaching.to_at.is_(None))
        .outerjoin(coach, coach.id == Coaching.coach_id)
        .outerjoin(Touchpoint, Touchpoint.plan_id == FollowUpPlan.id)
        .where(FollowUpPlan.person_id.in_(list(people)), relations.is_listed(FollowUpPlan.enrolment_id))
        .group_by(FollowUpPlan.id, Person.name, Cohort.title, coach.name)
        .order_by(Person.name, Cohort.title)
    )
    return [
        Managed(
            public_id=plan.public_id,
            participant=name or "",
            group=group,
            coach=coach_name or "",
            state=plan.state,
            stop_reason=plan.stop_reason,
            paused_until=plan.paused_until,
            next_day=next_day,
            completed=done,
            due=asked,
        )
        for plan, name, group, coach_name, next_day, done, asked in rows
    ]
