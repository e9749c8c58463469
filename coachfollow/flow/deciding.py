"""What people decide about the rows of a staged file: who somebody is, and who is left out."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.flow import sets
from coachfollow.intake import addresses, matching
from coachfollow.models import Alias, ImportBatch, ImportRow, Person
from coachfollow.queries.matching import by_email
from coachfollow.rules.kinds import ImportState


def identify(session: Session, *, batch: ImportBatch, line: int, person: str) -> None:
    """Say who a row is, by public id; the name or address of the file is remembered as theirs."""
    row = _row(session, batch, line)
    chosen = session.scalar(
        select(Person.id).where(Person.public_id == person, Person.organisation_id == batch.organisation_id)
    )
    if chosen is None:
        raise NotFound("There is no such person.")
    _give_to(session, batch, row, chosen)
    session.commit()


def address(session: Session, *, batch: ImportBatch, line: int, email: str) -> bool:
    """Say by an address who a row is; gives whether that is somebody new."""
    row = _row(session, batch, line)
    try:
        typed = addresses.address(email)
    except ValueError as error:
        raise Invalid(f"{error}.", {"email": f"{error}."}) from error
    known = by_email(session, organisation_id=batch.organisation_id, emails=[typed])
    if typed in known:
        _give_to(session, batch, row, known[typed])
    else:
        _refuse_twice(session, batch, row, ImportRow.email == typed)
        row.email, row.person_id, row.is_new, row.problem, row.skipped = typed, None, True, None, False
    session.commit()
    return typed not in known


def _give_to(session: Session, batch: ImportBatch, row: ImportRow, chosen: int) -> None:
    _refuse_twice(session, batch, row, ImportRow.person_id == chosen)
    if row.person_id is None and (row.email or row.name):
        value = row.email or matching.match_key(row.name or "")
        alias = {"organisation_id": batch.organisation_id, "person_id": chosen}
        session.execute(sets.insert_new(session, Alias).values(value=value, **alias))
    row.person_id, row.is_new, row.problem, row.skipped = chosen, False, None, False


def leave_out(session: Session, *, batch: ImportBatch, line: int) -> None:
    """Leave a row out: nothing of it is imported."""
    _row(session, batch, line).skipped = True
    session.commit()


def take_in(session: Session, *, batch: ImportBatch, line: int) -> None:
    """Take a row in again that was left out; raises Conflict where something else is in its way."""
    row = _row(session, batch, line)
    if row.problem is not None:
        raise Conflict(f"Line {line} cannot be taken in: {row.problem.rstrip('.')}.")
    row.skipped = False
    session.commit()


def _row(session: Session, batch: ImportBatch, line: int) -> ImportRow:
    row = session.scalar(select(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.line == line))
    if row is None or batch.state is not ImportState.STAGED:
        raise NotFound("There is no such row to decide about.")
    return row


def _refuse_twice(session: Session, batch: ImportBatch, row: ImportRow, same: ColumnElement[bool]) -> None:
    """One person has one row of a file: which of two would count is nobody's to guess."""
    other = session.scalar(
        select(ImportRow.line).where(
            ImportRow.batch_id == batch.id,
            same,
            ImportRow.skipped.is_(False),
            ImportRow.id != row.id,
        )
    )
    if other is not None:
        raise Conflict(f"That person stands in line {other} already; leave one of the two lines out.")
