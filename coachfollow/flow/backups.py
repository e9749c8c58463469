"""Copies the SQLite file away before its tables change; a database server has backups of its own."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.orm import Session

from coachfollow.config import Settings
from coachfollow.queries import tables


def before_migrating(session: Session, *, settings: Settings, now: datetime) -> Path | None:
    """Copy the database if its tables are about to change; gives where to, None where nothing had to be."""
    url = make_url(settings.database_url)
    revision = tables.revision(session)
    outdated = revision is not None and tables.problem(session) is not None
    session.rollback()
    if not outdated or url.get_backend_name() != "sqlite" or not url.database:
        return None
    folder = settings.data_dir / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"coachfollow-{now:%Y%m%d-%H%M%S}-{revision}.db"
    with closing(sqlite3.connect(url.database)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return target
