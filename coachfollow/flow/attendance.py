"""Carries out a staged file: people, enrolments and draft plans in short chunks, then one flip makes all live.

Until the flip a reader sees nothing of it; a run that was killed is simply run again, every step passes over
what is there. Answers keep flowing meanwhile: no chunk holds a lock for long.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Integer, func, literal, select, update
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict
from coachfollow.extensions import UtcDateTime
from coachfollow.flow import drafting, history, people, sets, starting
from coachfollow.models import (
    Attendance,
    Cohort,
    Enrolment,
    ImportBatch,
    ImportRow,
    Organisation,
    Person,
    TrainingSession,
)
from coachfollow.queries import matching
from coachfollow.rules.words import AttendanceState, ImportKind, ImportState

CHUNK = 1000

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a file changed."""

    rows: int
    new_people: int
    enrolled: int
    started: int
    shelved: int
    corrected: int
    left_out: int


def carry_out(
    session: Session, *, batch_id: int, now: datetime, progress: Progress | None = None
) -> Imported:
    """Carry out a confirmed file; raises Conflict when it is no longer waiting."""
    batch = _begin(session, batch_id)
    cohort = session.get_one(Cohort, batch.cohort_id)
    added = enrolled = done = 0
    for first, last in _chunks(session, batch_id):
        added += _add_people(session, batch, first, last, now)
        _add_facts(session, batch, first, last, now)
        enrolled += _enrol(session, batch, cohort, run=(first, last), now=now)
        done += last - first + 1
        session.execute(update(ImportBatch).where(ImportBatch.id == batch_id).values(done=done))
        session.commit()
        if progress is not None:
            progress(done, batch.rows)
    return _flip(session, batch, cohort, added=added, enrolled=enrolled, now=now)


def carry_out_waiting(session: Session, *, now: datetime) -> int:
    """Carry out every confirmed file, also one whose worker died; gives how many."""
    waiting = session.scalars(select(ImportBatch.id).where(ImportBatch.state == ImportState.PLANNING)).all()
    for batch_id in waiting:
        carry_out(session, batch_id=batch_id, now=now)
    return len(waiting)


def confirm(session: Session, *, batch: ImportBatch) -> None:
    """Say that a staged file may be carried out."""
    if batch.state is not ImportState.STAGED:
        raise Conflict("This file has been carried out already, or was withdrawn.")
    batch.state = ImportState.PLANNING
    session.commit()


def withdraw(session: Session, *, batch: ImportBatch) -> None:
    """Forget a staged file; nothing of it was applied."""
    if batch.state is not ImportState.STAGED:
        raise Conflict("This file has been carried out already; correct it by importing a corrected list.")
    batch.state = ImportState.WITHDRAWN
    _forget(session, batch)
    session.commit()


def _begin(session: Session, batch_id: int) -> ImportBatch:
    batch = session.get_one(ImportBatch, batch_id, populate_existing=True)
    if batch.state not in {ImportState.STAGED, ImportState.PLANNING}:
        raise Conflict("This file has been carried out already, or was withdrawn.")
    batch.state = ImportState.PLANNING
    session.commit()
    return batch


def _chunks(session: Session, batch_id: int) -> list[tuple[int, int]]:
    """Row ids of a batch in runs: they were inserted one after the other."""
    first, last = session.execute(
        select(func.coalesce(func.min(ImportRow.id), 0), func.coalesce(func.max(ImportRow.id), -1)).where(
            ImportRow.batch_id == batch_id
        )
    ).one()
    return [(low, min(low + CHUNK - 1, last)) for low in range(first, last + 1, CHUNK)]


def _add_people(session: Session, batch: ImportBatch, first: int, last: int, now: datetime) -> int:
    """Add the people of this chunk whom we do not know yet."""
    rows = _rows(session, batch, first, last, new=True)
    emails = {row.email for row in rows if row.email}
    there = matching.by_email(session, organisation_id=batch.organisation_id, emails=emails)
    organisation = session.get_one(Organisation, batch.organisation_id)
    fresh: dict[str, Person] = {}
    for row in rows:
        if row.email and row.email not in there and row.email not in fresh:
            facts = json.loads(row.facts)
            fresh[row.email] = people.add(
                session,
                organisation,
                email=row.email,
                name=row.name,
                zone=facts.get("zone"),
                locale=facts.get("locale"),
                week=facts.get("week"),
                now=now,
            )
            fresh[row.email].external_id = facts.get("external_id")
    session.flush()
    for row in rows:
        if row.email:
            row.person_id = there.get(row.email) or fresh[row.email].id
    session.flush()
    session.expunge_all()
    return len(fresh)


def _add_facts(session: Session, batch: ImportBatch, first: int, last: int, now: datetime) -> None:
    """Take what the rows say of managers, teams and coaches."""
    rows = _rows(session, batch, first, last, new=False)
    for row in rows:
        facts = json.loads(row.facts)
        if row.person_id is None or not facts:
            continue
        if facts.get("manager"):
            manager = people.find_or_add(
                session, organisation_id=batch.organisation_id, email=facts["manager"], name=None, now=now
            )
            people.set_manager(session, person_id=row.person_id, manager_id=manager.id, now=now)
        if facts.get("team"):
            team_id = people.team(session, organisation_id=batch.organisation_id, path=facts["team"])
            if team_id is not None:
                people.set_team(session, person_id=row.person_id, team_id=team_id, now=now)
        if facts.get("coach") and row.coach_id is None:
            row.coach_id = people.find_or_add(
                session, organisation_id=batch.organisation_id, email=facts["coach"], name=None, now=now
            ).id
    session.flush()
    session.expunge_all()


def _enrol(
    session: Session, batch: ImportBatch, cohort: Cohort, *, run: tuple[int, int], now: datetime
) -> int:
    """Enrol this chunk's people and draft their plans with all their dates."""
    chosen = _usable(batch) & ImportRow.id.between(*run)
    rows = (
        select(literal(cohort.id), ImportRow.person_id, literal(now, UtcDateTime())).where(chosen).distinct()
    )
    enrolled = session.connection().execute(
        sets.insert_new(session, Enrolment).from_select(["cohort_id", "person_id", "created_at"], rows)
    )
    low, high = session.execute(
        select(func.min(Enrolment.id), func.max(Enrolment.id)).where(
            Enrolment.cohort_id == cohort.id,
            Enrolment.person_id.in_(select(ImportRow.person_id).where(chosen)),
        )
    ).one()
    if low is not None:
        drafting.draft(session, cohort=cohort, enrolments=(low, high), batch_id=batch.id, now=now)
    return enrolled.rowcount


def _flip(
    session: Session, batch: ImportBatch, cohort: Cohort, *, added: int, enrolled: int, now: datetime
) -> Imported:
    """Make everything live in one transaction: attendances, started and shelved plans, the batch itself."""
    batch = session.get_one(ImportBatch, batch.id)
    corrected = _attend(session, batch, cohort)
    started, shelved = starting.settle_attendance(session, cohort=cohort, now=now)
    left_out = session.scalar(
        select(func.count()).select_from(ImportRow).where(ImportRow.batch_id == batch.id, ~_usable(batch))
    )
    imported = Imported(
        rows=batch.rows,
        new_people=added,
        enrolled=enrolled,
        started=started,
        shelved=shelved,
        corrected=corrected,
        left_out=left_out or 0,
    )
    batch.state, batch.summary = ImportState.LIVE, json.dumps(asdict(imported))
    _forget(session, batch)
    history.record(
        session,
        "file imported",
        at=now,
        organisation_id=batch.organisation_id,
        cohort_id=cohort.id,
        actor_id=batch.actor_id,
        batch=batch.public_id,
        **asdict(imported),
    )
    session.commit()
    return imported


def _attend(session: Session, batch: ImportBatch, cohort: Cohort) -> int:
    """Write down who was where; gives how many earlier statements changed."""
    if batch.kind is ImportKind.ROSTER:
        _invite_to_all(session, batch, cohort)
        return 0
    here = Attendance.training_session_id == batch.training_session_id
    before = session.scalar(
        select(func.count())
        .select_from(Attendance)
        .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
        .join(ImportRow, (ImportRow.person_id == Enrolment.person_id) & _usable(batch))
        .where(here, Attendance.state != ImportRow.state, Attendance.state != AttendanceState.INVITED)
    )
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
        .where(_usable(batch))
    )
    incoming = sets.insert(session, Attendance).from_select(columns, said)
    session.execute(
        incoming.on_conflict_do_update(
            index_elements=["enrolment_id", "training_session_id"],
            set_={
                "state": incoming.excluded.state,
                "minutes": incoming.excluded.minutes,
                "batch_id": incoming.excluded.batch_id,
            },
        )
    )
    _absent(session, batch, cohort)
    return before or 0


def _absent(session: Session, batch: ImportBatch, cohort: Cohort) -> None:
    """Who was invited and stands on no list of this session was not there."""
    missing = select(
        Enrolment.id,
        literal(batch.training_session_id, Integer()),
        literal(AttendanceState.ABSENT.value),
        literal(0),
        literal(batch.id),
    ).where(Enrolment.cohort_id == cohort.id)
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
        .where(Enrolment.cohort_id == cohort.id, _usable(batch))
    )
    columns = ["enrolment_id", "training_session_id", "state", "minutes", "batch_id"]
    session.execute(sets.insert_new(session, Attendance).from_select(columns, invited))


def _usable(batch: ImportBatch) -> ColumnElement[bool]:
    return (
        (ImportRow.batch_id == batch.id)
        & ImportRow.person_id.is_not(None)
        & ImportRow.problem.is_(None)
        & ImportRow.skipped.is_(False)
    )


def _rows(session: Session, batch: ImportBatch, first: int, last: int, *, new: bool) -> Sequence[ImportRow]:
    nobody_yet = ImportRow.person_id.is_(None) if new else ImportRow.person_id.is_not(None)
    return session.scalars(
        select(ImportRow).where(
            ImportRow.batch_id == batch.id,
            ImportRow.id.between(first, last),
            ImportRow.problem.is_(None),
            ImportRow.skipped.is_(False),
            nobody_yet,
        )
    ).all()


def _forget(session: Session, batch: ImportBatch) -> None:
    """Blank the personal facts of the staged rows: they live with the people now."""
    session.execute(
        update(ImportRow)
        .where(ImportRow.batch_id == batch.id)
        .values(name=None, email=None, facts="{}", suggestions="[]")
        .execution_options(synchronize_session=False)
    )
