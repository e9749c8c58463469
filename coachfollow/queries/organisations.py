"""Reads the organisations there are."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow import models


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """What a command needs to know of the organisation it works for."""

    id: int
    name: str
    zone: str


def of(session: Session, *, organisation_id: int) -> Organisation:
    """Give one organisation."""
    row = session.get_one(models.Organisation, organisation_id)
    return Organisation(id=row.id, name=row.name, zone=row.zone)


def first(session: Session) -> Organisation | None:
    """Give the organisation that a single-organisation house works for; None before it was opened."""
    table = models.Organisation
    row = session.execute(select(table.id, table.name, table.zone).order_by(table.id).limit(1)).one_or_none()
    return Organisation(id=row.id, name=row.name, zone=row.zone) if row else None
