"""Keeps a log of who was erased beside the send journal, so that an old backup brings nobody back.

The log holds random ids and nothing else. Every drain compares it with the database: whom only the database knows
is added, so that each host that sends has the whole log; whom only the log knows came back with a backup, and goes
again.
"""

import logging
from collections.abc import Collection
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict
from coachfollow.flow import journals
from coachfollow.models import Person

log = logging.getLogger(__name__)

NAME = "erased.log"


def note(*, public_ids: Collection[str]) -> None:
    """Add people to the log; raises Conflict where it cannot be written: without it a backup would undo it all."""
    try:
        _add(_path(), public_ids)
    except OSError as error:
        raise Conflict(
            f"Nothing was erased: the log of erasures cannot be written ({error.strerror or error})."
            " It lies beside the send journal, and keeps an old backup from bringing people back."
        ) from error


def returned(session: Session) -> Collection[str]:
    """Give whom the log knows as erased and the database does not: they came back with a backup."""
    return _returned(session, _read(_path()) - _erased(session))


def compare(session: Session) -> Collection[str]:
    """As `returned`, and add to the log whom only the database knows: another host may have erased them."""
    path, erased = _path(), _erased(session)
    noted = _read(path)
    try:
        _add(path, erased - noted)
    except OSError as error:
        log.warning("The log of erasures cannot be written, an old backup may bring people back: %s", error)
    return _returned(session, noted - erased)


def _returned(session: Session, candidates: Collection[str]) -> Collection[str]:
    if not candidates:
        return ()
    return session.scalars(select(Person.public_id).where(Person.public_id.in_(candidates))).all()


def _erased(session: Session) -> set[str]:
    return set(session.scalars(select(Person.public_id).where(Person.erased_at.is_not(None))))


def _path() -> Path:
    """One log for all databases that were served from here: random ids of one are nobody's in another."""
    return journals.folder() / NAME


def _read(path: Path) -> set[str]:
    try:
        return set(path.read_text(encoding="ascii").split())
    except (
        FileNotFoundError,
        NotADirectoryError,
    ):  # without that folder there is no journal, so nothing leaves
        return set()


def _add(path: Path, public_ids: Collection[str]) -> None:
    if not public_ids:
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as file:
        file.writelines(f"{one}\n" for one in sorted(public_ids))
