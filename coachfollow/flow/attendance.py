"""Carries out a staged file: people, enrolments and draft plans in short chunks, then one flip makes all live.

Until the flip a reader sees nothing of it; a run that was killed is simply run again, every step passes over
what is there. Answers keep flowing meanwhile: no chunk holds a lock for long.
"""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, exists, func, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, Refusal
from coachfollow.flow import belonging, bringing, history, presences, sets, starting
from coachfollow.flow.bringing import Run
from coachfollow.models import (
    Attendance,
    Coaching,
    Cohort,
    Enrolment,
    FollowUpPlan,
    Grant,
    ImportBatch,
    ImportRow,
    Person,
    Touchpoint,
    table_of,
)
from coachfollow.queries import staged
from coachfollow.rules.kinds import ImportState

CHUNK = 1000

log = logging.getLogger(__name__)

BROKEN = "Something in this list could not be carried out. Please tell whoever runs this:"
DONE = "This file has been carried out already, or was withdrawn."

# what the rows of a list become
GROWN = (Person, Enrolment, Attendance, FollowUpPlan, Coaching, Touchpoint)

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
    cohort, rows_in_all = session.get_one(Cohort, batch.cohort_id), batch.rows
    added = enrolled = done = 0
    for first, last, rows in _chunks(session, batch_id):
        run = Run(batch=batch, first=first, last=last)
        new_people, new_enrolments = bringing.bring(session, run, cohort=cohort, now=now)
        added, enrolled, done = added + new_people, enrolled + new_enrolments, done + rows
        session.execute(update(ImportBatch).where(ImportBatch.id == batch_id).values(done=done))
        session.commit()
        if progress is not None:
            progress(done, rows_in_all)  # not batch.rows: to read it would take the lock that others wait for
    is_large = rows_in_all >= CHUNK
    if is_large:
        sets.count_again(session, GROWN)
    imported = _flip(session, batch, cohort, added=added, enrolled=enrolled, now=now)
    if is_large:
        sets.count_again(session, GROWN)  # what was drafts is under way
    return imported


def carry_out_waiting(session: Session, *, now: datetime) -> int:
    """Carry out every confirmed file, also one whose worker died; gives how many."""
    waiting = session.scalars(select(ImportBatch.id).where(ImportBatch.state == ImportState.PLANNING)).all()
    for batch_id in waiting:
        try:
            carry_out(session, batch_id=batch_id, now=now)
        except Conflict:  # another worker was first
            session.rollback()
        except OperationalError:  # the database is away: the file waits for its return
            raise
        except Exception as error:  # the next file is not to blame, and this one would fail at every turn
            log.exception("File %s could not be carried out.", batch_id)
            _fail(session, batch_id, error)
    return len(waiting)


def confirm(session: Session, *, batch: ImportBatch) -> None:
    """Say that a staged file may be carried out."""
    taken = session.connection().execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch.id, ImportBatch.state == ImportState.STAGED)
        .values(state=ImportState.PLANNING)
    )
    session.commit()
    if taken.rowcount != 1:
        raise Conflict(DONE)


def withdraw(session: Session, *, batch: ImportBatch) -> None:
    """Forget a file that was staged or failed, and whom nothing but it has brought; nobody has seen any of it."""
    taken = session.connection().execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch.id, ImportBatch.state.in_([ImportState.STAGED, ImportState.FAILED]))
        .values(state=ImportState.WITHDRAWN)
    )
    if taken.rowcount != 1:
        raise Conflict("This file has been carried out already; correct it by importing a corrected list.")
    _forget_newcomers(session, batch)
    _forget(session, batch)
    session.commit()


def _forget_newcomers(session: Session, batch: ImportBatch) -> None:
    """Blank the people whom only this file has brought; their drafts stay, of nobody and for nobody."""
    for run in sets.runs(session, ImportRow.id, ImportRow.batch_id == batch.id):
        new = select(ImportRow.person_id).where(run, ImportRow.is_new, ImportRow.person_id.is_not(None))
        elsewhere = or_(
            exists().where(Enrolment.person_id == Person.id, Attendance.enrolment_id == Enrolment.id),
            exists().where(Grant.person_id == Person.id),
            exists().where(FollowUpPlan.person_id == Person.id, FollowUpPlan.batch_id != batch.id),
        )
        session.execute(
            update(Person)
            .where(Person.id.in_(new), ~elsewhere)
            .values(email=None, name=None, external_id=None)
            .execution_options(synchronize_session=False)
        )


def _fail(session: Session, batch_id: int, error: Exception) -> None:
    """Set a file aside with the reason; what its chunks added is drafts that nobody sees."""
    session.rollback()
    batch = session.get_one(ImportBatch, batch_id)
    batch.state = ImportState.FAILED
    batch.error = error.sentence if isinstance(error, Refusal) else f"{BROKEN} file {batch.public_id[:8]}."
    session.commit()


def _begin(session: Session, batch_id: int) -> ImportBatch:
    batch = session.get_one(ImportBatch, batch_id, populate_existing=True)
    if batch.state not in {ImportState.STAGED, ImportState.PLANNING}:
        raise Conflict(DONE)
    batch.state = ImportState.PLANNING
    session.commit()
    return batch


def _chunks(session: Session, batch_id: int) -> Iterator[tuple[int, int, int]]:
    """The lines of a file in runs: from, to, and how many there are of it."""
    last: int | None = 0
    while last is not None:
        first, last, rows = session.execute(
            _run(), {"its_batch": batch_id, "last": last, "most": CHUNK}
        ).one()
        if last is not None:
            yield first, last, rows


@cache
def _run() -> Select[*tuple[Any, ...]]:
    rows = table_of(ImportRow).c
    run = (
        select(rows.line)
        .where(rows.batch_id == bindparam("its_batch"), rows.line > bindparam("last"))
        .order_by(rows.line)
        .limit(bindparam("most", type_=Integer))
        .subquery()
    )
    return select(func.min(run.c.line), func.max(run.c.line), func.count()).select_from(run)


def _flip(
    session: Session, batch: ImportBatch, cohort: Cohort, *, added: int, enrolled: int, now: datetime
) -> Imported:
    """Make everything live in one transaction: attendances, started and shelved plans, the batch itself."""
    batch = session.get_one(ImportBatch, batch.id, populate_existing=True, with_for_update=True)
    if batch.state is not ImportState.PLANNING:  # another worker has carried out the same file meanwhile
        raise Conflict(DONE)
    belonging.take(session, batch=batch, now=now)
    corrected = presences.write_down(session, batch=batch, cohort=cohort, now=now)
    started, shelved = starting.settle_attendance(session, cohort=cohort, now=now)
    left_out = session.scalar(
        select(func.count())
        .select_from(ImportRow)
        .where(ImportRow.batch_id == batch.id, ~staged.usable(batch.id))
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


def _forget(session: Session, batch: ImportBatch) -> None:
    """Blank the personal facts of the staged rows: they live with the people now."""
    for run in sets.runs(session, ImportRow.id, ImportRow.batch_id == batch.id):
        session.execute(
            update(ImportRow)
            .where(run)
            .values(name=None, email=None, facts="{}", suggestions="[]")
            .execution_options(synchronize_session=False)
        )
