"""Reads programmes that are being written: which there are, and one with what it will follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from coachfollow.errors import NotFound
from coachfollow.models import Person, Programme, ProgrammeDraft, ProgrammeVersion
from coachfollow.queries import programmes


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One draft: its words, which save they come from, and the version it would follow (0 and no source if none)."""

    id: int
    organisation_id: int
    key: str
    document: str
    revision: int
    changed_at: datetime
    changed_by: str
    follows: int
    source: str

    @property
    def file(self) -> str:
        """What to call it where it is a file."""
        return f"{self.key}.yaml"


def draft(session: Session, *, organisation_id: int, key: str) -> Draft:
    """Give the open draft of a programme; raises NotFound."""
    found = _drafts(session, ProgrammeDraft.organisation_id == organisation_id, ProgrammeDraft.key == key)
    if not found:
        raise NotFound("There is no draft of this programme. It may have been published or put away.")
    return found[0]


def drafts(session: Session, *, organisation_id: int) -> Sequence[Draft]:
    """Give the open drafts of an organisation, by key."""
    return _drafts(session, ProgrammeDraft.organisation_id == organisation_id)


def _drafts(session: Session, *where: ColumnElement[bool]) -> Sequence[Draft]:
    newest = (ProgrammeVersion.programme_id == Programme.id) & (ProgrammeVersion.number == programmes.last())
    same = (Programme.organisation_id == ProgrammeDraft.organisation_id) & (
        Programme.key == ProgrammeDraft.key
    )
    rows = session.execute(
        select(ProgrammeDraft, Person.name, ProgrammeVersion.number, ProgrammeVersion.source)
        .outerjoin(Person, Person.id == ProgrammeDraft.changed_by_id)
        .outerjoin(Programme, same)
        .outerjoin(ProgrammeVersion, newest)
        .where(ProgrammeDraft.closed_at.is_(None), *where)
        .order_by(ProgrammeDraft.key)
    )
    return [
        Draft(
            id=row.id,
            organisation_id=row.organisation_id,
            key=row.key,
            document=row.document,
            revision=row.revision,
            changed_at=row.changed_at,
            changed_by=name or "",
            follows=number or 0,
            source=source or "",
        )
        for row, name, number, source in rows
    ]
