"""Opens groups: a programme, its dated sessions, its coaches, and when somebody counts as having attended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import history, houses, people
from coachfollow.models import CoachProfile, Cohort, Person, TrainingSession
from coachfollow.queries import programmes, schedules
from coachfollow.rules import cadence, worktime
from coachfollow.rules.cadence import StepRule
from coachfollow.rules.kinds import Role, Scope
from coachfollow.rules.spoken import how_many

ATTENDED_MINUTES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One session to be: when it begins on the wall clock of the group's zone, and how long it lasts."""

    begins: datetime
    minutes: int
    title: str = ""


def open_cohort(
    session: Session,
    *,
    organisation_id: int,
    programme: str,
    key: str,
    title: str,
    zone: str,
    meetings: Sequence[Meeting],
    coaches: Sequence[str] = (),
    attended_minutes: int | None = None,
    attended_sessions: int | None = None,
    target: float | None = None,
    announced: bool = False,
    now: datetime,
    actor_id: int | None = None,
) -> Cohort:
    """Open a group; raises Invalid, NotFound or Conflict and leaves nothing behind."""
    version = programmes.newest_of(session, organisation_id=organisation_id, key=programme)
    _refuse_odd(session, organisation_id, key=key, zone=zone, meetings=meetings)
    steps = schedules.steps(session, version_id=version.id)
    refuse_missing_sessions(tuple(steps.values()), len(meetings))
    cohort = Cohort(
        organisation_id=organisation_id,
        public_id=vault.new_public_id(),
        key=key,
        title=title or key,
        programme_version_id=version.id,
        zone=zone,
        attended_minutes=_first(attended_minutes, version.attended_minutes, ATTENDED_MINUTES),
        attended_sessions=_least_sessions(attended_sessions or version.attended_sessions, of=len(meetings)),
        target=target,
        announced=announced,
        created_at=now,
    )
    _add(session, cohort, meetings=meetings, coaches=coaches, now=now)
    history.record(
        session,
        "group opened",
        at=now,
        organisation_id=organisation_id,
        cohort_id=cohort.id,
        actor_id=actor_id,
    )
    session.commit()
    return cohort


def add_coach(session: Session, *, cohort: Cohort, email: str, now: datetime) -> Person:
    """Let somebody coach participants of this group; the caller commits."""
    coach = people.find_or_add(
        session, organisation_id=cohort.organisation_id, email=email, name=None, now=now
    )
    name_coach(session, cohort=cohort, coach=coach, now=now)
    return coach


def name_coach(session: Session, *, cohort: Cohort, coach: Person, now: datetime) -> None:
    """Let somebody we know coach participants of this group; the caller commits."""
    houses.grant(session, person=coach, role=Role.COACH, scope=Scope.COHORT, scope_id=cohort.id, now=now)
    if session.get(CoachProfile, coach.id) is None:
        session.add(CoachProfile(person_id=coach.id))


def training_session(cohort: Cohort, meeting: Meeting, *, position: int) -> TrainingSession:
    """Make one session of a group from its wall-clock time there."""
    starts_at = worktime.resolve(meeting.begins, cohort.zone)
    return TrainingSession(
        cohort_id=cohort.id,
        position=position,
        title=meeting.title,
        local_date=meeting.begins.date(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=meeting.minutes),
        zone=cohort.zone,
    )


def _add(
    session: Session, cohort: Cohort, *, meetings: Sequence[Meeting], coaches: Sequence[str], now: datetime
) -> None:
    session.add(cohort)
    session.flush()
    in_order = sorted(meetings, key=lambda one: one.begins)
    session.add_all(
        training_session(cohort, meeting, position=position)
        for position, meeting in enumerate(in_order, start=1)
    )
    try:
        for email in coaches:
            add_coach(session, cohort=cohort, email=email, now=now)
    except Invalid:
        session.rollback()  # the group is there already, as far as this session knows
        raise


def _least_sessions(said: int | None, *, of: int) -> int:
    sessions = said or of
    if not 1 <= sessions <= of:
        sentence = f"Attending {sessions} of {how_many(of, 'session')} is not possible."
        raise Invalid(sentence, {"attended_sessions": sentence})
    return sessions


def _first(*given: int | None) -> int:
    """The first number that was given; 0 minutes are a number: being on the list is enough."""
    return next(number for number in given if number is not None)


def _refuse_odd(
    session: Session, organisation_id: int, *, key: str, zone: str, meetings: Sequence[Meeting]
) -> None:
    problem = worktime.zone_problem(zone)
    if problem is not None:
        raise Invalid(problem, {"zone": problem})
    if not meetings:
        raise Invalid("A group needs at least one session.", {"sessions": "Say when it takes place."})
    taken = select(Cohort.id).where(Cohort.organisation_id == organisation_id, Cohort.key == key)
    if session.scalar(taken) is not None:
        raise Conflict(f"There is a group “{key}” already; choose another short name.")


def refuse_missing_sessions(steps: Sequence[StepRule], count: int) -> None:
    """A step that counts from the third session needs a third session; raises Invalid."""
    problems = cadence.session_problems(steps, count=count)
    if problems:
        sentence = (
            f"This programme does not fit a group of {how_many(count, 'session')}: {'; '.join(problems)}."
        )
        raise Invalid(sentence, {"programme": sentence})
