"""Reads files on their way in and those that are: which there are, how far each is, what it has changed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from coachfollow.errors import NotFound
from coachfollow.models import (
    Cohort,
    Event,
    ImportBatch,
    Person,
    TrainingSession,
)
from coachfollow.rules import attending, effects
from coachfollow.rules.kinds import AttendanceState, ImportKind, ImportState

PAGE = 100

REPORT_DAY = "report_day"  # in the summary of a staged file, as the number of the day

DOUBLED = "doubled"  # likewise: rows that say again what an earlier one says

UNREAD = "unread"  # likewise: the names of columns that mean nothing to us

SHEETS = "sheets"  # likewise: the names of other sheets of the workbook that name people

CONTRADICTED = "contradicted"  # likewise: lines that say something else of somebody than an earlier one

CORRECTED = "attendance corrected"  # the event of a statement that an imported file changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One file: what it is about and how far it is."""

    id: int
    public_id: str
    kind: ImportKind
    state: ImportState
    file_name: str
    layout: str
    cohort_id: int
    group: str
    group_id: str
    attended_minutes: int
    session_id: int | None
    session_position: int | None
    session_day: date | None
    zone: str  # of the group, whose clock says which day it is there
    by: str
    created_at: datetime
    rows: int
    done: int
    summary: Mapping[str, Any]
    error: str | None

    @property
    def other_day(self) -> str:
        """A sentence where the report tells of another day than its session's; otherwise nothing."""
        number = self.summary.get(REPORT_DAY)
        if number is None or self.session_day is None:
            return ""
        return attending.other_day(date.fromordinal(number), self.session_day)

    @property
    def remarks(self) -> Sequence[str]:
        """Sentences about what of the file was not read, and about lines that contradict each other."""
        sheets = effects.unread_sheets(self.summary.get(SHEETS, ()))
        unread = effects.unread(self.summary.get(UNREAD, ()))
        contradicted = effects.contradicted(self.summary.get(CONTRADICTED, ()))
        return list(filter(None, [sheets, contradicted, unread]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One statement about somebody that an imported file changed."""

    person: str
    before: AttendanceState
    after: AttendanceState


def batch(session: Session, *, public_id: str) -> Batch:
    """Give one file; raises NotFound."""
    found = _batches(session, ImportBatch.public_id == public_id)
    if not found:
        raise NotFound("There is no such file.")
    return found[0]


def row(session: Session, *, public_id: str) -> ImportBatch:
    """Give a file as operations take it; raises NotFound."""
    found = session.scalar(select(ImportBatch).where(ImportBatch.public_id == public_id))
    if found is None:
        raise NotFound("There is no such file.")
    return found


def of_group(session: Session, *, cohort_id: int, limit: int = PAGE) -> Sequence[Batch]:
    """Give the files of a group, the latest first; not those that were withdrawn: nothing of them was taken."""
    kept = (ImportBatch.cohort_id == cohort_id) & (ImportBatch.state != ImportState.WITHDRAWN)
    return _batches(session, kept, limit=limit)


def same_file(session: Session, *, batch_id: int) -> datetime | None:
    """Say when the very same file was imported for the same session before, if it was."""
    earlier = aliased(ImportBatch)
    return session.scalar(
        select(func.max(earlier.created_at))
        .join(
            ImportBatch,
            (ImportBatch.checksum == earlier.checksum)
            & (ImportBatch.cohort_id == earlier.cohort_id)
            & (ImportBatch.kind == earlier.kind)
            & ImportBatch.training_session_id.is_not_distinct_from(earlier.training_session_id),
        )
        .where(ImportBatch.id == batch_id, earlier.id != batch_id, earlier.state == ImportState.LIVE)
    )


def corrections(session: Session, *, batch: Batch, limit: int = PAGE) -> Sequence[Correction]:
    """Give what a file changed of earlier statements."""
    found = session.execute(
        select(Event.facts, Person.name)
        .join(Person, Person.id == Event.person_id)
        .join(ImportBatch, ImportBatch.cohort_id == Event.cohort_id)
        .where(
            Event.name == CORRECTED,
            Event.organisation_id == ImportBatch.organisation_id,
            Event.at >= ImportBatch.created_at,
            ImportBatch.id == batch.id,
            Event.facts.contains(f'"{batch.public_id}"'),
        )
        .order_by(Person.name, Event.id)
        .limit(limit)
    )
    return [
        Correction(
            person=name or "",
            before=AttendanceState(json.loads(facts)["before"]),
            after=AttendanceState(json.loads(facts)["after"]),
        )
        for facts, name in found
    ]


def _batches(session: Session, where: ColumnElement[bool], *, limit: int = PAGE) -> Sequence[Batch]:
    found = session.execute(
        select(ImportBatch, Cohort, TrainingSession.position, TrainingSession.local_date, Person.name)
        .join(Cohort, Cohort.id == ImportBatch.cohort_id)
        .outerjoin(TrainingSession, TrainingSession.id == ImportBatch.training_session_id)
        .outerjoin(Person, Person.id == ImportBatch.actor_id)
        .where(where)
        .order_by(ImportBatch.id.desc())
        .limit(limit)
    )
    return [
        Batch(
            id=row.id,
            public_id=row.public_id,
            kind=row.kind,
            state=row.state,
            file_name=row.file_name,
            layout=row.layout,
            cohort_id=cohort.id,
            group=cohort.title,
            group_id=cohort.public_id,
            attended_minutes=cohort.attended_minutes,
            session_id=row.training_session_id,
            session_position=position,
            session_day=day,
            zone=cohort.zone,
            by=by or "",
            created_at=row.created_at,
            rows=row.rows,
            done=row.done,
            summary=json.loads(row.summary),
            error=row.error,
        )
        for row, cohort, position, day, by in found
    ]
