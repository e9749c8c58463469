"""Copies the SQLite file away, by hand or before its tables change; a database server has backups of its own."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.orm import Session

from coachfollow.config import Settings
from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.queries import tables

OWNERS = 0o600  # whoever runs the house, and nobody else of the machine

OTHERS = (
    "The database is a server's, which makes better backups than we could:"
    ' pg_dump --format=custom --file=copy.dump "$URL"'
)


def private(settings: Settings) -> None:
    """Make the file of an SQLite database for its owner alone, if it is not there; SQLite's others follow it."""
    url = make_url(settings.database_url)
    if _is_file(url):
        path = Path(str(url.database))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=OWNERS)


def before_migrating(session: Session, *, settings: Settings, now: datetime) -> Path | None:
    """Copy the database if its tables are about to change; gives where to, None where nothing had to be."""
    url = make_url(settings.database_url)
    revision = tables.revision(session)
    outdated = revision is not None and tables.problem(session) is not None
    session.rollback()
    if not outdated or not _is_file(url):
        return None
    target = _shelf(settings) / f"coachfollow-{now:%Y%m%d-%H%M%S}-{revision}.db"
    _copy(url, target)
    return target


def keep(settings: Settings, *, target: Path | None, now: datetime) -> Path:
    """Copy the database as it is at one moment, while everything runs; nothing that is there is written over."""
    url = make_url(settings.database_url)
    if not _is_file(url):
        raise Invalid(OTHERS)
    to = target or _shelf(settings) / f"coachfollow-{now:%Y%m%d-%H%M%S}.db"
    if to.exists():
        raise Conflict(f"{to} is there already, and stays as it is. Name another file.")
    if not to.parent.is_dir():
        raise NotFound(f"There is no folder {to.parent}. Make it first.")
    unfinished = to.with_name(f".{to.name}.unfinished")
    try:
        _copy(url, unfinished)
        unfinished.rename(to)
    finally:
        unfinished.unlink(missing_ok=True)
    return to


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}


def _shelf(settings: Settings) -> Path:
    folder = settings.data_dir / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _copy(url: URL, target: Path) -> None:
    """Copy page by page under a reader's lock: writers go on, and the copy is of one moment."""
    target.touch(mode=OWNERS)
    with closing(sqlite3.connect(str(url.database))) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
