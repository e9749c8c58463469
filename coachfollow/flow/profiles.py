"""Remembers how a person told us to read a file, and finds it again by the file's header."""

import json

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from coachfollow.errors import Invalid, NotFound
from coachfollow.flow import sets
from coachfollow.intake.words import Mapping, Reading
from coachfollow.models import ColumnProfile

LONGEST = 120


def save(session: Session, *, organisation_id: int, name: str, reading: Reading) -> None:
    """Keep how this file was read under a name; one of that name is replaced, and this is the latest."""
    said = name.strip()
    if not 0 < len(said) <= LONGEST:
        raise Invalid(f"A profile needs a name of up to {LONGEST} characters.", {"name": "Name it."})
    kept = {"fingerprint": reading.fingerprint, "mapping": json.dumps(reading.mapping.to_plain())}
    same = (ColumnProfile.organisation_id == organisation_id, ColumnProfile.name == said)
    session.execute(delete(ColumnProfile).where(*same))
    profile = sets.insert(session, ColumnProfile).values(organisation_id=organisation_id, name=said, **kept)
    # somebody else may keep one of that name at this moment
    session.execute(profile.on_conflict_do_update(index_elements=["organisation_id", "name"], set_=kept))
    session.commit()


def named(session: Session, *, organisation_id: int, name: str) -> Mapping:
    """Give the profile of this name; raises NotFound with the names there are."""
    here = ColumnProfile.organisation_id == organisation_id
    names = list(session.scalars(select(ColumnProfile.name).where(here).order_by(ColumnProfile.name)))
    if name not in names:
        known = f"There are: {', '.join(names)}." if names else "There are none yet."
        raise NotFound(f"There is no profile “{name}”. {known}")
    found = select(ColumnProfile.mapping).where(here, ColumnProfile.name == name)
    return Mapping.from_plain(json.loads(session.scalars(found).one()))


def fitting(session: Session, *, organisation_id: int, fingerprint: str) -> Mapping | None:
    """Give the latest profile for files with this header; None where there is none."""
    found = session.scalar(
        select(ColumnProfile.mapping)
        .where(ColumnProfile.organisation_id == organisation_id, ColumnProfile.fingerprint == fingerprint)
        .order_by(ColumnProfile.id.desc())
        .limit(1)
    )
    return Mapping.from_plain(json.loads(found)) if found else None
