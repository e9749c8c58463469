"""What a process leaves behind when it dies: its database, its files, and what the mail server has heard of it."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from tests.databases import PostgreSQL
from tests.proofs.scribe import Scribe

Make = Literal["sqlite", "postgresql"]

HERE, BEFORE = "here", "before"
COARSE = (
    50_000_000  # nanoseconds; the kernel stamps what is written with a time that steps by a few milliseconds
)
PATIENCE = 10.0  # seconds in which the server must see that a client is gone
# it names another transaction as soon as one has written or ended; numbers are taken without any
CONTENT = "SELECT pg_current_snapshot()::text, (SELECT last_value FROM claim_fence)"
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"


class Base(Protocol):
    """A database that can be put back to a moment, and looked at while somebody works in it."""

    @property
    def url(self) -> str:
        """Its address, as the settings take it."""

    def keep(self) -> None:
        """Let what it holds be the moment that it is put back to; nobody may be using it."""

    def restore(self) -> None:
        """Put it back."""

    def content(self) -> object:
        """Give what differs from before if somebody has changed what others would find."""

    def wait(self) -> None:
        """Wait until those who died are forgotten."""


@dataclass(slots=True)
class File:
    """A SQLite file; its WAL lies in the same folder, and is looked at with all other files there."""

    folder: Path
    kept: bytes = b""

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'coachfollow.db'}"

    def keep(self) -> None:
        """Read it, once what is in its WAL is in it."""
        with closing(sqlite3.connect(self.folder / "coachfollow.db")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.kept = (self.folder / "coachfollow.db").read_bytes()

    def restore(self) -> None:
        """Write it, and let nothing else be there."""
        for left in self.folder.glob("coachfollow.db*"):
            left.unlink()
        (self.folder / "coachfollow.db").write_bytes(self.kept)

    def content(self) -> object:
        """Nothing: see the folder."""

    def wait(self) -> None:
        """The kernel has closed its files already."""


@dataclass(slots=True)
class Server:
    """A database of a PostgreSQL server; an observer of ours stays connected to it."""

    server: PostgreSQL
    observer: psycopg.Connection[tuple[object, ...]] | None = None

    @property
    def url(self) -> str:
        return self.server.url(HERE)

    def keep(self) -> None:
        """Copy it aside."""
        self._copy(HERE, to=BEFORE)

    def restore(self) -> None:
        """Copy it back."""
        self._copy(BEFORE, to=HERE)

    def content(self) -> object:
        """Give its transactions and its fences."""
        if self.observer is None:
            address = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
            self.observer = psycopg.connect(address, autocommit=True)
        return self.observer.execute(CONTENT).fetchone()

    def wait(self) -> None:
        """The server rolls back what they had not committed as soon as it sees that they are gone."""
        self.content()
        assert self.observer is not None
        until = time.monotonic() + PATIENCE
        while self.observer.execute(OTHERS, [HERE]).fetchone() != (0,):
            assert time.monotonic() < until, "somebody is still connected"
            time.sleep(0.002)

    def close(self) -> None:
        """Let the observer go."""
        if self.observer is not None:
            self.observer.close()
            self.observer = None

    def _copy(self, name: str, *, to: str) -> None:
        self.close()
        target, source = sql.Identifier(to), sql.Identifier(name)
        self.server.run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(target))
        self.server.run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(target, source))


@contextmanager
def opened(make: Make, folder: Path) -> Iterator[Base]:
    """Open an empty database of a make."""
    if make == "sqlite":
        yield File(folder)
        return
    with PostgreSQL.started(folder) as server:
        server.run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(HERE)))
        base = Server(server)
        try:
            yield base
        finally:
            base.close()


class Look(NamedTuple):
    """All of it at one moment; what differs was changed meanwhile."""

    database: object
    files: Mapping[str, bytes]
    said: int  # octets that were sent to the mail server


class Seen(NamedTuple):
    """A file as it was when it was read."""

    mark: tuple[int, int, int]
    octets: bytes
    is_certain: bool  # a change since then would show in the mark


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All that outlives a process: two moments that leave the same cannot be told apart by whoever comes after."""

    database: Base
    folder: Path
    scribe: Scribe
    _seen: dict[str, Seen] = field(default_factory=dict)

    def restore(self) -> None:
        """Put it back to the moment before the drain; nobody may be at work."""
        self.database.restore()
        shutil.rmtree(self.folder / "journal", ignore_errors=True)
        self.scribe.forget()
        self._seen.clear()

    def look(self, *, said: int) -> Look:
        """Give all of it; the shared memory of SQLite is left out, which is made anew when all have died."""
        files = {
            entry.path: self._octets(entry)
            for entry in _files(self.folder)
            if not entry.name.endswith("-shm")
        }
        return Look(database=self.database.content(), files=files, said=said)

    def _octets(self, entry: os.DirEntry[str]) -> bytes:
        """Read a file, unless its time of change shows that nobody has written since it was read."""
        found = entry.stat()
        mark = (found.st_ino, found.st_size, found.st_mtime_ns)
        seen = self._seen.get(entry.path)
        if seen is None or not seen.is_certain or seen.mark != mark:
            is_certain = time.time_ns() - found.st_mtime_ns > COARSE
            octets = Path(entry.path).read_bytes()
            seen = self._seen[entry.path] = Seen(mark=mark, octets=octets, is_certain=is_certain)
        return seen.octets


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _files(Path(entry.path))
            else:
                yield entry
