"""Writes down who was at a session, as a file says, and what that corrected of an earlier list."""

from datetime import datetime

from sqlalchemy import Integer, String, case, literal, select, type_coerce
from sqlalchemy.orm import Session

from coachfollow.extensions import UtcDateTime
from coachfollow.flow import sets
from coachfollow.models import (
    Attendance,
    Cohort,
    Enrolment,
    Event,
    ImportBatch,
    ImportRow,
    TrainingSession,
)
from coachfollow.queries import relations, staged
from coachfollow.queries.batches import CORRECTED
from coachfollow.rules.kinds import AttendanceState, ImportKind


def write_down(session: Session, *, batch: ImportBatch, cohort: Cohort, now: datetime) -> int:
    """Write down who was where; gives how many earlier statements changed. No commit."""
    if batch.kind is ImportKind.ROSTER:
        _invite_to_all(session, batch, cohort)
        return 0
    corrected = _record_corrections(session, batch, cohort, now)
    columns = ["enrolment_id", "training_session_id", "state", "minutes", "batch_id"]
    said = (
        select(
            Enrolment.id,
            literal(batch.training_session_id, Integer()),
            ImportRow.state,
            ImportRow.minutes,
            literal(batch.id),
        )
        .join(Enrolment, (Enrolment.person_id == ImportRow.person_id) & (Enrolment.cohort_id == cohort.id))
        .where(staged.usable(batch.id))
    )
    incoming = sets.insert(session, Attendance).from_select(columns, said)
    session.execute(
        incoming.on_conflict_do_update(
            index_elements=["enrolment_id", "training_session_id"],
            set_={
                "state": incoming.excluded.state,
                "minutes": case(
                    # a list without minutes does not make unknown what was known
                    (incoming.excluded.minutes.is_not(None), incoming.excluded.minutes),
                    (incoming.excluded.state == Attendance.state, Attendance.minutes),
                ),
                "batch_id": incoming.excluded.batch_id,
            },
        )
    )
    _absent(session, batch, cohort)
    return corrected


def _record_corrections(session: Session, batch: ImportBatch, cohort: Cohort, now: datetime) -> int:
    """Add an event for everybody of whom an earlier list said something else; gives how many."""
    before, after = type_coerce(Attendance.state, String), type_coerce(ImportRow.state, String)
    facts = (
        literal(f'{{"batch": "{batch.public_id}", "before": "')
        + before
        + literal('", "after": "')
        + after
        + literal('"}')
    )
    changed = (
        select(
            literal(now, UtcDateTime()),
            literal(CORRECTED),
            literal(batch.organisation_id),
            literal(batch.actor_id, Integer()),
            Enrolment.person_id,
            literal(cohort.id),
            facts,
        )
        .join(Attendance, Attendance.enrolment_id == Enrolment.id)
        .join(ImportRow, ImportRow.person_id == Enrolment.person_id)
        .where(
            staged.usable(batch.id),
            Enrolment.cohort_id == cohort.id,
            Attendance.training_session_id == batch.training_session_id,
            Attendance.state != ImportRow.state,
            Attendance.state != AttendanceState.INVITED,
        )
    )
    columns = ["at", "name", "organisation_id", "actor_id", "person_id", "cohort_id", "facts"]
    events = sets.insert(session, Event).from_select(columns, changed)
    return session.connection().execute(events).rowcount


def _absent(session: Session, batch: ImportBatch, cohort: Cohort) -> None:
    """Who was invited and stands on no list of this session was not there; drafts of lists not live stay unseen."""
    missing = select(
        Enrolment.id,
        literal(batch.training_session_id, Integer()),
        literal(AttendanceState.ABSENT.value),
        literal(0),
        literal(batch.id),
    ).where(Enrolment.cohort_id == cohort.id, relations.is_listed(Enrolment.id))
    columns = ["enrolment_id", "training_session_id", "state", "minutes", "batch_id"]
    absent = sets.insert(session, Attendance).from_select(columns, missing)
    session.execute(
        absent.on_conflict_do_update(
            index_elements=["enrolment_id", "training_session_id"],
            set_={"state": absent.excluded.state, "minutes": 0, "batch_id": batch.id},
            where=Attendance.state == AttendanceState.INVITED.value,
        )
    )


def _invite_to_all(session: Session, batch: ImportBatch, cohort: Cohort) -> None:
    """A roster invites to every session; who attended already stays attended."""
    invited = (
        select(
            Enrolment.id,
            TrainingSession.id,
            literal(AttendanceState.INVITED.value),
            literal(None, Integer()),
            literal(batch.id),
        )
        .join(TrainingSession, TrainingSession.cohort_id == Enrolment.cohort_id)
        .join(ImportRow, ImportRow.person_id == Enrolment.person_id)
        .where(Enrolment.cohort_id == cohort.id, staged.usable(batch.id))
    )
    columns = ["enrolment_id", "training_session_id", "state", "minutes", "batch_id"]
    session.execute(sets.insert_new(session, Attendance).from_select(columns, invited))
