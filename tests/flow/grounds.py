"""Grounds for the tests of the flow: one app on one database of each make, put back before every test.

An app that stays keeps its engine, and the engine its compiled statements: that is most of what a test here costs.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from coachfollow import config
from coachfollow.config import Settings
from coachfollow.extensions import Installation, db
from coachfollow.flow import restoring
from tests import keeping
from tests.databases import running_app
from tests.keeping import EMPTY, Store

Build = Callable[[Session, Settings], object]


@dataclass(slots=True)
class Ground:
    """An app and its database, which can be put back to any state that was built on it before."""

    app: Flask
    store: Store
    built: set[str] = field(default_factory=lambda: {EMPTY})

    @property
    def name(self) -> str:
        """Of which make the database is."""
        return self.store.name

    @property
    def installation(self) -> Installation:
        """The settings and the vault of the app."""
        found: Installation = self.app.extensions["coachfollow"]
        return found

    def clear(self) -> None:
        """Put the database back to its tables alone."""
        self._restore(EMPTY)

    def stand(self, name: str, build: Build) -> None:
        """Put the database back to what was built on it under this name, built the first time."""
        if name not in self.built:
            self.clear()
            with self.app.app_context():
                build(db.session(), self.installation.settings)
                db.session.remove()
            with self.app.app_context():
                keeping.leave(db.engine)
            self.store.save(name)
            self.built.add(name)
        self._restore(name)

    @contextmanager
    def told(self, **settings: Any) -> Iterator[None]:
        """Let the app have other settings for a while; the database stays."""
        before = self.installation
        changed = replace(before, settings=replace(before.settings, **settings))
        self.app.extensions["coachfollow"] = changed
        try:
            yield
        finally:
            self.app.extensions["coachfollow"] = before

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Another connection, from any thread: somebody else looks, or writes, while a worker is at work."""
        with self.app.app_context(), db.engine.connect() as connection:
            yield connection

    def _restore(self, name: str) -> None:
        with self.app.app_context():
            keeping.leave(db.engine)
        self.store.restore(name)
        for marker in self.installation.settings.data_dir.glob(f"journal/*{restoring.ENDING}"):
            marker.unlink()  # for these tests this is no old backup


@contextmanager
def ground(store: Store, folder: Path) -> Iterator[Ground]:
    """Make an app on a store, for as long as the tests run; its mails go to a server on this machine, at once."""
    given = {
        "secret_key": "a secret for tests of the flow alone " + "0" * 16,
        "external_url": "http://localhost:5000",
        "mail_from": "followup@example.org",
        "mail_server": "127.0.0.1",
        "mail_tls": "none",
        "mail_per_minute": "1000000",
        "data_dir": str(folder),
        "database_url": store.url,
    }
    settings = config.load({f"COACHFOLLOW_{name.upper()}": value for name, value in given.items()})
    with running_app(settings) as app:
        yield Ground(app, store)
