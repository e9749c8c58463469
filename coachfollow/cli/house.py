"""Opens the house for one command: the app, a database session, the organisation and the time."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from sqlalchemy.orm import Session

from coachfollow.app import create_app
from coachfollow.config import Settings, load
from coachfollow.errors import Conflict, NotFound
from coachfollow.extensions import db, installation
from coachfollow.queries import clockwork, organisations, tables
from coachfollow.queries.organisations import Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a command works with."""

    session: Session
    organisation: Organisation
    now: datetime
    app: Flask

    @property
    def settings(self) -> Settings:
        """What this installation was told from outside."""
        return installation().settings


@contextmanager
def opened(*, writing: bool = False) -> Iterator[House]:
    """Open the house inside an app context; raises Conflict or NotFound where it was not migrated yet."""
    with app_context() as app:
        session = db.session()
        session.info["read_only"] = not writing
        problem = tables.problem(session)
        if problem is not None:
            raise Conflict(problem)
        organisation = organisations.first(session)
        if organisation is None:
            raise NotFound("There is no organisation here yet. Run: coachfollow migrate")
        now = clockwork.now(session)
        session.rollback()  # the command begins outside of any transaction
        yield House(session=session, organisation=organisation, now=now, app=app)


@contextmanager
def app_context(environ: Mapping[str, str] = os.environ) -> Iterator[Flask]:
    """Make the app from an environment and open its context; its connections are closed at the end."""
    app = create_app(load(environ))
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
