"""Reads groups for those who run them: which there are, their programme, sessions and coaches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, case, false, func, select, true
from sqlalchemy.orm import Session

from coachfollow.errors import NotFound
from coachfollow.models import (
    Attendance,
    Coaching,
    CoachProfile,
    Cohort,
    FollowUpPlan,
    Grant,
    Person,
    Programme,
    ProgrammeText,
    ProgrammeVersion,
    TrainingSession,
)
from coachfollow.queries import programmes, relations
from coachfollow.queries.filters import Area
from coachfollow.rules.kinds import AttendanceState, PlanState, Role, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One group in the list."""

    public_id: str
    key: str
    title: str
    programme: str
    first_day: date
    last_day: date
    sessions: int
    participants: int
    running: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOfGroup:
    """One session of a group, with how many were there."""

    id: int
    position: int
    title: str
    local_date: date
    starts_at: datetime
    ends_at: datetime
    zone: str
    attendance: Mapping[AttendanceState, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachOfGroup:
    """Somebody who coaches participants of a group."""

    id: int
    name: str
    email: str
    plans: int
    has_hours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group with what its page needs."""

    id: int
    public_id: str
    key: str
    title: str
    zone: str
    programme: str
    programme_key: str
    version: int
    newest: int  # version of its programme
    attended_minutes: int
    attended_sessions: int
    target: float | None
    announced: bool
    sessions: tuple[SessionOfGroup, ...]
    coaches: tuple[CoachOfGroup, ...]
    states: Mapping[PlanState, int]


def listed(
    session: Session, *, organisation_id: int, area: Area, limit: int | None = None, offset: int = 0
) -> Sequence[Listed]:
    """Give the groups within an area, the latest training first."""
    days = _days().subquery()
    plans = _plans().subquery()
    rows = session.execute(
        select(
            Cohort.public_id,
            Cohort.key,
            Cohort.title,
            ProgrammeText.title.label("programme"),
            days.c.first_day,
            days.c.last_day,
            days.c.sessions,
            func.coalesce(plans.c.participants, 0).label("participants"),
            func.coalesce(plans.c.running, 0).label("running"),
        )
        .join(ProgrammeVersion, ProgrammeVersion.id == Cohort.programme_version_id)
        .join(ProgrammeText, _OWN_LANGUAGE)
        .join(days, days.c.cohort_id == Cohort.id)
        .outerjoin(plans, plans.c.cohort_id == Cohort.id)
        .where(Cohort.organisation_id == organisation_id, within(area))
        .order_by(days.c.last_day.desc(), Cohort.title, Cohort.id)
        .limit(limit)
        .offset(offset)
    )
    return [Listed(**row._asdict()) for row in rows]


def group(session: Session, *, public_id: str) -> Group:
    """Give one group; raises NotFound."""
    row = session.execute(
        select(Cohort, ProgrammeText.title, Programme.key, ProgrammeVersion.number, programmes.last())
        .join(ProgrammeVersion, ProgrammeVersion.id == Cohort.programme_version_id)
        .join(Programme, Programme.id == ProgrammeVersion.programme_id)
        .join(ProgrammeText, _OWN_LANGUAGE)
        .where(Cohort.public_id == public_id)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such group.")
    cohort, programme, programme_key, version, newest = row
    return Group(
        id=cohort.id,
        public_id=cohort.public_id,
        key=cohort.key,
        title=cohort.title,
        zone=cohort.zone,
        programme=programme,
        programme_key=programme_key,
        version=version,
        newest=newest,
        attended_minutes=cohort.attended_minutes,
        attended_sessions=cohort.attended_sessions,
        target=cohort.target,
        announced=cohort.announced,
        sessions=_sessions(session, cohort.id),
        coaches=_coaches(session, cohort.id),
        states=_states(session, cohort.id),
    )


def coaches(session: Session, *, cohort_id: int) -> tuple[CoachOfGroup, ...]:
    """Give who coaches a group, by name."""
    return _coaches(session, cohort_id)


def row(session: Session, *, public_id: str) -> Cohort:
    """Give a group as operations take it; raises NotFound."""
    found = session.scalar(select(Cohort).where(Cohort.public_id == public_id))
    if found is None:
        raise NotFound("There is no such group.")
    return found


def within(area: Area) -> ColumnElement[bool]:
    """Keep the groups of an area."""
    if area.whole:
        return true()
    return Cohort.id.in_(area.cohorts) if area.cohorts else false()


_OWN_LANGUAGE = (ProgrammeText.version_id == ProgrammeVersion.id) & (
    ProgrammeText.locale == ProgrammeVersion.language
)


def _days() -> Select[int, date, date, int]:
    first, last = func.min(TrainingSession.local_date), func.max(TrainingSession.local_date)
    return select(
        TrainingSession.cohort_id,
        first.label("first_day"),
        last.label("last_day"),
        func.count().label("sessions"),
    ).group_by(TrainingSession.cohort_id)


def _plans() -> Select[int, int, int]:
    running = func.count(case((FollowUpPlan.state == PlanState.ACTIVE, 1)))
    return (
        select(FollowUpPlan.cohort_id, func.count().label("participants"), running.label("running"))
        .where(relations.is_listed(FollowUpPlan.enrolment_id))
        .group_by(FollowUpPlan.cohort_id)
    )


def _sessions(session: Session, cohort_id: int) -> tuple[SessionOfGroup, ...]:
    counted = (
        select(Attendance.training_session_id, Attendance.state, func.count().label("n"))
        .join(TrainingSession, TrainingSession.id == Attendance.training_session_id)
        .where(TrainingSession.cohort_id == cohort_id)
        .group_by(Attendance.training_session_id, Attendance.state)
        .subquery()
    )
    rows = session.execute(
        select(TrainingSession, counted.c.state, counted.c.n)
        .outerjoin(counted, counted.c.training_session_id == TrainingSession.id)
        .where(TrainingSession.cohort_id == cohort_id)
        .order_by(TrainingSession.position)
    )
    found: dict[TrainingSession, dict[AttendanceState, int]] = {}
    for row, state, n in rows:
        found.setdefault(row, {}).update({state: n} if state else {})
    return tuple(_session(row, attendance) for row, attendance in found.items())


def _session(row: TrainingSession, attendance: Mapping[AttendanceState, int]) -> SessionOfGroup:
    return SessionOfGroup(
        id=row.id,
        position=row.position,
        title=row.title,
        local_date=row.local_date,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        zone=row.zone,
        attendance=attendance,
    )


def _coaches(session: Session, cohort_id: int) -> tuple[CoachOfGroup, ...]:
    """Whoever was named a coach of the group, or coaches somebody in it now."""
    plans = (
        select(Coaching.coach_id, func.count().label("n"))
        .join(FollowUpPlan, FollowUpPlan.id == Coaching.plan_id)
        .where(FollowUpPlan.cohort_id == cohort_id, Coaching.to_at.is_(None))
        .group_by(Coaching.coach_id)
        .subquery()
    )
    named = select(Grant.person_id).where(
        Grant.role == Role.COACH,
        Grant.scope == Scope.COHORT,
        Grant.scope_id == cohort_id,
        Grant.to_at.is_(None),
    )
    rows = session.execute(
        select(Person.id, Person.name, Person.email, plans.c.n, CoachProfile.bookable_week)
        .outerjoin(plans, plans.c.coach_id == Person.id)
        .outerjoin(CoachProfile, CoachProfile.person_id == Person.id)
        .where(Person.id.in_(named) | plans.c.n.is_not(None))
        .order_by(Person.name)
    )
    return tuple(
        CoachOfGroup(id=id_, name=name or "", email=email or "", plans=n or 0, has_hours=bool(week))
        for id_, name, email, n, week in rows
    )


def _states(session: Session, cohort_id: int) -> dict[PlanState, int]:
    rows = session.execute(
        select(FollowUpPlan.state, func.count().label("n"))
        .where(FollowUpPlan.cohort_id == cohort_id, relations.is_listed(FollowUpPlan.enrolment_id))
        .group_by(FollowUpPlan.state)
    )
    return {row.state: row.n for row in rows}
