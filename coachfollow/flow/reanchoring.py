"""Corrects when a session of a group takes place: one preview of all that follows, one transaction that does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.flow import enacting, foreseeing, history, locking
from coachfollow.flow.cohorts import Meeting, training_session
from coachfollow.flow.foreseeing import Foreseen, Worlds
from coachfollow.models import Cohort, FollowUpPlan, TrainingSession
from coachfollow.queries import schedules, snapshots
from coachfollow.rules.cadence import Sessions
from coachfollow.rules.reckoning import Reckoning
from coachfollow.rules.replanning import Cause
from coachfollow.rules.snapshots import Standing
from coachfollow.rules.worktime import Hours

CORRECTED = Cause(
    because="the date of the training was corrected",
    passed="its day had passed when the date of the training was corrected",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A session that takes place at another time, and what follows from it."""

    position: int
    was: datetime
    becomes: datetime
    zone: str
    follows: Foreseen


def foresee(
    session: Session, *, cohort: Cohort, position: int, meeting: Meeting, now: datetime
) -> Correction:
    """Say what another begin of a session would change; nothing is written. Raises Invalid, NotFound, Conflict."""
    there = _sessions(session, cohort)
    corrected = _corrected(cohort, there, position, meeting)
    return _correction(session, cohort, there[position - 1], corrected, now)


def correct(
    session: Session,
    *,
    cohort: Cohort,
    position: int,
    meeting: Meeting,
    now: datetime,
    actor_id: int | None = None,
    shown: str | None = None,
) -> Correction:
    """Let a session begin at another time and move what counts from it; raises as `foresee` does.

    `shown` is the mark of what was previewed: if something has become another, nothing is done.
    """
    session.execute(update(Cohort).where(Cohort.id == cohort.id).values(key=Cohort.key))  # one at a time
    locking.group(session, cohort_id=cohort.id)
    there = _sessions(session, cohort)
    corrected = _corrected(cohort, there, position, meeting)
    row = there[position - 1]
    found = _correction(session, cohort, row, corrected, now)
    if shown not in {None, found.follows.mark}:
        raise Conflict(foreseeing.MEANWHILE)
    row.local_date, row.starts_at, row.ends_at = corrected.local_date, corrected.starts_at, corrected.ends_at
    history.record(
        session,
        "session corrected",
        at=now,
        organisation_id=cohort.organisation_id,
        cohort_id=cohort.id,
        actor_id=actor_id,
        position=position,
        was=found.was.isoformat(),
        becomes=found.becomes.isoformat(),
    )
    enacting.enact(session, found.follows, organisation_id=cohort.organisation_id, now=now, actor_id=actor_id)
    session.commit()
    return found


def _sessions(session: Session, cohort: Cohort) -> Sequence[TrainingSession]:
    return session.scalars(
        select(TrainingSession)
        .where(TrainingSession.cohort_id == cohort.id)
        .order_by(TrainingSession.position)
        .execution_options(populate_existing=True)
    ).all()


def session_at(session: Session, *, cohort: Cohort, position: int) -> TrainingSession:
    """Give one session of a group by its number; raises NotFound."""
    return _at(_sessions(session, cohort), position)


def _at(there: Sequence[TrainingSession], position: int) -> TrainingSession:
    if not 1 <= position <= len(there):
        raise NotFound(f"This group has no session {position}; it has {len(there)}.")
    return there[position - 1]


def _corrected(
    cohort: Cohort, there: Sequence[TrainingSession], position: int, meeting: Meeting
) -> TrainingSession:
    """The session as it is to be; its number stays, so it may not pass its neighbours."""
    was = _at(there, position)
    becomes = training_session(cohort, meeting, position=position)
    if (becomes.starts_at, becomes.ends_at) == (was.starts_at, was.ends_at):
        raise Conflict("The session takes place then already.")
    for other in there:
        is_in_order = (other.position < position) == (other.starts_at < becomes.starts_at)
        if other is not was and not is_in_order:
            sentence = (
                f"Session {other.position} is on {other.local_date.isoformat()}; their order has to stay."
            )
            raise Invalid(sentence, {"begins": sentence})
    return becomes


def _correction(
    session: Session, cohort: Cohort, was: TrainingSession, corrected: TrainingSession, now: datetime
) -> Correction:
    return Correction(
        position=corrected.position,
        was=was.starts_at,
        becomes=corrected.starts_at,
        zone=cohort.zone,
        follows=foreseeing.foreseen(
            session,
            snapshots.standing(session, FollowUpPlan.cohort_id == cohort.id),
            worlds=_worlds(session, cohort, corrected),
            cause=CORRECTED,
            about=f"{cohort.id} {was.id} {was.starts_at} {corrected.starts_at} {corrected.ends_at}",
            now=now,
        ),
    )


def _worlds(session: Session, cohort: Cohort, corrected: TrainingSession) -> Worlds:
    """A group's programme, dated from its sessions as they are and as they are to be."""
    steps = schedules.steps(session, version_id=cohort.programme_version_id)
    was = schedules.sessions(session, cohort)
    days: list[date] = list(was.days)
    days[corrected.position - 1] = corrected.local_date
    becomes = Sessions(days=tuple(days), anchor=was.anchor)

    def worlds(plan: Standing, week: Hours, zone: str) -> tuple[Reckoning, Reckoning]:
        del plan  # all of a group have the same programme
        return (
            Reckoning(steps=steps, sessions=was, week=week, zone=zone),
            Reckoning(steps=steps, sessions=becomes, week=week, zone=zone),
        )

    return worlds
