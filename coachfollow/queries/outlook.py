"""Reads what is to come to the groups of an L&D team: sessions, and how many follow-ups when; counts, no people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from coachfollow.models import Coaching, Cohort, FollowUpPlan, Touchpoint, TrainingSession
from coachfollow.queries import groups, relations
from coachfollow.queries.filters import Area
from coachfollow.rules.kinds import PlanState, StepKind, TouchpointState


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which groups between which moments: those of an area, one of them, those somebody coaches in."""

    organisation_id: int
    area: Area
    since: datetime
    until: datetime
    cohort_id: int | None = None
    coach_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meets:
    """A session of a group."""

    group: str
    public_id: str
    title: str
    position: int
    starts_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Comes:
    """How many follow-ups of a kind come to a group at one moment."""

    group: str
    public_id: str
    kind: StepKind
    at: datetime
    count: int


def sessions(session: Session, *, asked: Asked) -> Sequence[Meets]:
    """Give the sessions, in order of time."""
    columns = (TrainingSession.title, TrainingSession.position, TrainingSession.starts_at)
    rows = session.execute(
        select(Cohort.title, Cohort.public_id, *columns)
        .join(TrainingSession, TrainingSession.cohort_id == Cohort.id)
        .where(
            *_groups(asked),
            TrainingSession.starts_at >= asked.since,
            TrainingSession.starts_at < asked.until,
        )
        .order_by(TrainingSession.starts_at, Cohort.title)
    )
    return [
        Meets(group=group, public_id=public_id, title=title, position=position, starts_at=starts_at)
        for group, public_id, title, position, starts_at in rows
    ]


def to_come(session: Session, *, asked: Asked) -> Sequence[Comes]:
    """Count what is planned, by group, kind and moment; what a pause holds back has no day yet."""
    drafted = and_(
        FollowUpPlan.state == PlanState.DRAFT,
        FollowUpPlan.stop_reason.is_(None),
        relations.is_listed(FollowUpPlan.enrolment_id),
    )
    rows = session.execute(
        select(Cohort.title, Cohort.public_id, Touchpoint.kind, Touchpoint.due_at, func.count())
        .select_from(Touchpoint)
        .join(Cohort, Cohort.id == Touchpoint.cohort_id)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .where(
            *_groups(asked),
            *_coached(asked),
            Touchpoint.state == TouchpointState.PLANNED,
            Touchpoint.due_at >= asked.since,
            Touchpoint.due_at < asked.until,
            or_(FollowUpPlan.state == PlanState.ACTIVE, drafted),
        )
        .group_by(Cohort.id, Touchpoint.kind, Touchpoint.due_at)
        .order_by(Cohort.title, Cohort.id)
    )
    return [
        Comes(group=group, public_id=public_id, kind=kind, at=at, count=count)
        for group, public_id, kind, at, count in rows
    ]


def _groups(asked: Asked) -> Iterator[ColumnElement[bool]]:
    yield Cohort.organisation_id == asked.organisation_id
    yield groups.within(asked.area)
    if asked.cohort_id is not None:
        yield Cohort.id == asked.cohort_id
    if asked.coach_id is not None:
        yield Cohort.id.in_(select(FollowUpPlan.cohort_id).where(relations.COACH.is_now([asked.coach_id])))


def _coached(asked: Asked) -> Iterator[ColumnElement[bool]]:
    if asked.coach_id is not None:
        yield FollowUpPlan.id.in_(
            select(Coaching.plan_id).where(Coaching.coach_id == asked.coach_id, Coaching.to_at.is_(None))
        )
