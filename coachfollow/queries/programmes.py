"""Reads programmes: which there are, what they say about themselves, their newest version."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from coachfollow.errors import NotFound
from coachfollow.models import Programme, ProgrammeText, ProgrammeVersion, Step


def text(session: Session, *, version_id: int, locale: str) -> ProgrammeText:
    """Give what a version says about itself in this language, its base language or its own."""
    found = {
        row.locale: row
        for row in session.scalars(select(ProgrammeText).where(ProgrammeText.version_id == version_id))
    }
    own = session.get_one(ProgrammeVersion, version_id).language
    return found.get(locale) or found.get(locale.partition("-")[0]) or found[own]


def newest(session: Session, *, organisation_id: int) -> Sequence[tuple[Programme, ProgrammeVersion]]:
    """Give every programme with its newest version, by key."""
    other = aliased(
        ProgrammeVersion
    )  # the same table twice: SQLAlchemy would take the inner for the outer one
    last = select(func.max(other.number)).where(other.programme_id == Programme.id).scalar_subquery()
    rows = session.execute(
        select(Programme, ProgrammeVersion)
        .join(ProgrammeVersion, ProgrammeVersion.programme_id == Programme.id)
        .where(Programme.organisation_id == organisation_id, ProgrammeVersion.number == last)
        .order_by(Programme.key)
    )
    return [(programme, version) for programme, version in rows]


def newest_of(session: Session, *, organisation_id: int, key: str) -> ProgrammeVersion:
    """Give the newest version of one programme; raises NotFound."""
    for programme, version in newest(session, organisation_id=organisation_id):
        if programme.key == key:
            return version
    raise NotFound(f"There is no programme “{key}”. `coachfollow programme list` names those there are.")


def steps(session: Session, *, version_id: int) -> Sequence[Step]:
    """Give a version's steps in their order."""
    return session.scalars(select(Step).where(Step.version_id == version_id).order_by(Step.position)).all()
