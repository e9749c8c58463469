"""Extends a group that is open: one more session at its end, one more coach for its participants."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import cohorts, drafting, history
from coachfollow.flow.cohorts import Meeting
from coachfollow.models import Coaching, Cohort, FollowUpPlan, Grant, Person, TrainingSession
from coachfollow.rules.kinds import Role, Scope
from coachfollow.rules.spoken import how_many

MOST_SESSIONS = 60  # more than any programme counts from


def add_session(
    session: Session, *, cohort: Cohort, meeting: Meeting, now: datetime, actor_id: int | None = None
) -> TrainingSession:
    """Add a session after the last one; what is dated already keeps its day. Raises Invalid, Conflict.

    Steps count from a session's number, so the numbers of those there are must not change.
    """
    there = session.scalars(
        select(TrainingSession)
        .where(TrainingSession.cohort_id == cohort.id)
        .order_by(TrainingSession.position)
        .with_for_update()
    ).all()
    if len(there) >= MOST_SESSIONS:
        raise Conflict(f"A group has {how_many(MOST_SESSIONS, 'session')} at most.")
    added = cohorts.training_session(cohort, meeting, position=len(there) + 1)
    if any(added.starts_at <= one.starts_at for one in there):
        sentence = f"Choose a day after the last session, which is on {there[-1].local_date.isoformat()}."
        raise Invalid(sentence, {"begins": sentence})
    session.add(added)
    _record(session, "session added", cohort, now, actor_id)
    session.commit()
    return added


def add_coach(
    session: Session, *, cohort: Cohort, email: str, now: datetime, actor_id: int | None = None
) -> int:
    """Let one more person coach this group; gives how many of its participants are theirs now.

    Raises Invalid where it is no address, Conflict where they coach the group already.
    """
    known = select(Grant.id).join(Person, Person.id == Grant.person_id)
    held = known.where(
        Person.organisation_id == cohort.organisation_id,
        Person.email == email.strip().lower(),
        Grant.role == Role.COACH,
        Grant.scope == Scope.COHORT,
        Grant.scope_id == cohort.id,
        Grant.to_at.is_(None),
    )
    if session.scalar(held) is not None:
        raise Conflict(f"{email.strip()} coaches this group already.")
    coach = cohorts.add_coach(session, cohort=cohort, email=email, now=now)
    drafting.share_out(session, cohort=cohort, plans=FollowUpPlan.cohort_id == cohort.id, now=now)
    _record(session, "coach added", cohort, now, actor_id, person_id=coach.id)
    session.commit()
    theirs = (
        select(func.count(Coaching.id))
        .join(FollowUpPlan, FollowUpPlan.id == Coaching.plan_id)
        .where(FollowUpPlan.cohort_id == cohort.id, Coaching.coach_id == coach.id, Coaching.to_at.is_(None))
    )
    return session.scalar(theirs) or 0


def _record(
    session: Session,
    name: str,
    cohort: Cohort,
    now: datetime,
    actor_id: int | None,
    *,
    person_id: int | None = None,
) -> None:
    history.record(
        session,
        name,
        at=now,
        organisation_id=cohort.organisation_id,
        cohort_id=cohort.id,
        person_id=person_id,
        actor_id=actor_id,
    )
