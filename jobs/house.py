"""Makes the app once per worker process, and lends its database session to one job at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from flask import Flask
from sqlalchemy.orm import Session

from coachfollow.app import create_app
from coachfollow.config import load
from coachfollow.extensions import db
from coachfollow.queries import clockwork


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a job works with: a session of its own, and the time it began."""

    session: Session
    now: datetime


@cache
def app() -> Flask:
    """Make this process's app, from the environment it was started with."""
    return create_app(load(os.environ))


@contextmanager
def opened() -> Iterator[House]:
    """Open an app context for one job; its session is removed with the context."""
    with app().app_context():
        session = db.session()
        now = clockwork.now(session)
        session.rollback()  # a job begins outside of any transaction
        yield House(session=session, now=now)
