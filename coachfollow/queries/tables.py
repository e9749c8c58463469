"""Reads whether the tables are those that this version of the program works with."""

from functools import cache

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy.orm import Session


def revision(session: Session) -> str | None:
    """Give the migration that the tables stand at; None where there are none yet."""
    return MigrationContext.configure(session.connection()).get_current_revision()


def problem(session: Session) -> str | None:
    """Say how the tables differ from those this version needs, and what to do; None where they fit."""
    here, needed = revision(session), _head(current_app.extensions["migrate"].directory)
    if here == needed:
        return None
    if here is None:
        return "The database has no tables yet. Run: coachfollow migrate"
    return f"The tables are at {here}, and this version needs {needed}. Run: coachfollow migrate"


@cache
def _head(directory: str) -> str | None:
    return ScriptDirectory(directory).get_current_head()
