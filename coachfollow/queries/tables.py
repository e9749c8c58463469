"""Reads whether the tables are those that this version of the program works with, without loading Alembic."""

from functools import cache
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

import coachfollow

MIGRATIONS = Path(coachfollow.__file__).parent / "migrations"


def revision(session: Session) -> str | None:
    """Give the migration that the tables stand at; None where there are none yet."""
    connection = session.connection()
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def problem(session: Session) -> str | None:
    """Say how the tables differ from those this version needs, and what to do; None where they fit."""
    here, needed = revision(session), head()
    if here == needed:
        return None
    if here is None:
        return "The database has no tables yet. Run: coachfollow migrate"
    if here > needed:
        return (
            f"The tables are at {here}, and this version knows them up to {needed}: a newer one has used this"
            " database. Run that one, or put the backup in its place that was made before (docs/operating.md)."
        )
    return f"The tables are at {here}, and this version needs {needed}. Run: coachfollow migrate"


def is_newer(session: Session) -> bool:
    """Whether a newer version of the program has used this database, so that nothing here can bring it up."""
    here = revision(session)
    return here is not None and here > head()


@cache
def head() -> str:
    """Give the latest migration by its file's name, `0011_what_it_does.py`: they are numbered in one line."""
    return max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]
