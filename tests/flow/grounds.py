"""Grounds for the tests of the flow: one app on one database of each make, put back before every test.

An app that stays keeps its engine, and the engine its compiled statements: that is most of what a test here costs.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from flask import Flask
from psycopg import sql
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from coachfollow import config
from coachfollow.config import Settings
from coachfollow.extensions import Installation, db
from tests.databases import TEMPLATE, PostgreSQL, SQLite, _quick, running_app

EMPTY = "empty"

Build = Callable[[Session, Settings], object]


class Store(Protocol):
    """States of a database, kept by name; nobody is connected while one is saved or restored."""

    name: str
    url: str

    def save(self, name: str) -> None:
        """Keep the database as it is now."""

    def restore(self, name: str) -> None:
        """Put the database back to what it was."""


class Files:
    """The states of a SQLite database: copies of its file."""

    name = "sqlite"

    def __init__(self, sqlite: SQLite, folder: Path) -> None:
        self._folder = folder
        with sqlite.migrated(folder):
            shutil.move(folder / "coachfollow.db", self._file(EMPTY))
        self._path = folder / "flow.db"
        self.url = f"sqlite:///{self._path}"

    def save(self, name: str) -> None:
        """Keep a copy."""
        shutil.copyfile(self._path, self._file(name))

    def restore(self, name: str) -> None:
        """Copy it back; what a journal still held belongs to the file before."""
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self._file(name), self._path)

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.saved"


class Databases:
    """The states of a PostgreSQL database: templates beside it."""

    name = "postgresql"

    def __init__(self, postgresql: PostgreSQL) -> None:
        self._server = postgresql
        self._names = {EMPTY: TEMPLATE}
        self.url = postgresql.url("flow")

    def save(self, name: str) -> None:
        """Keep a template."""
        self._names[name] = f"flow_{len(self._names)}"
        self._copy(to=self._names[name], of="flow")

    def restore(self, name: str) -> None:
        """Make the database anew from the template."""
        self._server.run(sql.SQL("DROP DATABASE IF EXISTS flow WITH (FORCE)"))
        self._copy(to="flow", of=self._names[name])

    def _copy(self, *, to: str, of: str) -> None:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._server.run(copy.format(sql.Identifier(to), sql.Identifier(of)))


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
                db.engine.dispose()
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
            db.engine.dispose()
        self.store.restore(name)


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


@contextmanager
def folder(temporary: Path) -> Iterator[Path]:
    """A folder of our own, in memory where there is room."""
    with tempfile.TemporaryDirectory(dir=_quick(temporary), prefix="coachfollow-flow-") as path:
        yield Path(path)
