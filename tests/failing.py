"""Lets a word with the database fail: a statement, a commit that is refused, a commit whose answer is lost.

What fails is the driver's own: on SQLite a full disk, on PostgreSQL a connection that is cut.
"""

import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Engine, event, select

from coachfollow.models import Base

EVERY = int(os.environ.get("EVERY_WORD", "25"))  # of so many statements one is tried; 1 tries them all


class Fault(Enum):
    """What may go wrong."""

    ONCE = "a statement fails"
    GONE = "from one statement on the database is away"
    REFUSED = "a commit fails"
    UNHEARD = "a commit is kept, and its answer is lost"


class Cut(NamedTuple):
    """At which statement or commit, counted from one, something goes wrong."""

    fault: Fault
    at: int


@dataclass(slots=True)
class Line:
    """The line to the database: counts what is said, and breaks where it is told to."""

    engine: Engine
    cut: Cut | None = None
    statements: int = 0
    commits: int = 0
    broke: bool = False

    def cuts(self) -> list[Cut]:
        """Give the cuts to try for something that said this much: a sample of statements, and every commit."""
        said = range(1, self.statements + 1)
        return [
            *(Cut(Fault.ONCE, at) for at in said[::EVERY]),
            *(Cut(Fault.GONE, at) for at in said[EVERY // 2 :: EVERY]),
            *(Cut(Fault.REFUSED, at + 1) for at in range(self.commits)),
            *(Cut(Fault.UNHEARD, at + 1) for at in range(self.commits)),
        ]

    def statement(self, cursor: Any, *_: object) -> None:
        """A statement is about to be said."""
        self.statements += 1
        if self.cut == (Fault.ONCE, self.statements) or self._is_gone():
            self._break(cursor.connection)

    def commit(self, commit: Any, connection: Any) -> None:
        """A commit is about to be said."""
        self.commits += 1
        if self.cut == (Fault.REFUSED, self.commits) or self._is_gone():
            self._break(connection)
        commit(connection)
        if self.cut == (Fault.UNHEARD, self.commits):
            self._break(connection)

    def _is_gone(self) -> bool:
        return self.cut is not None and self.cut.fault is Fault.GONE and self.cut.at <= self.statements

    def _break(self, connection: Any) -> None:
        self.broke = True
        if self.engine.dialect.name == "sqlite":
            raise sqlite3.OperationalError("database or disk is full")
        ours = getattr(connection, "driver_connection", connection)
        ours.close()
        ours.execute("SELECT 1")  # fails by itself


@contextmanager
def line(engine: Engine, cut: Cut | None = None) -> Iterator[Line]:
    """Listen to what is said to the database, and cut the line where that is asked for."""
    heard, dialect, commit = Line(engine, cut), engine.dialect, engine.dialect.do_commit
    names = ("do_execute", "do_executemany", "do_execute_no_params")
    for name in names:
        event.listen(engine, name, heard.statement)
    dialect.do_commit = partial(heard.commit, commit)  # type: ignore[method-assign]
    try:
        yield heard
    finally:
        dialect.do_commit = commit  # type: ignore[method-assign]
        for name in names:
            event.remove(engine, name, heard.statement)


def content(engine: Engine) -> Mapping[str, list[str]]:
    """Read everything there is, by table."""
    with engine.connect() as connection:
        return {name: sorted(map(repr, connection.execute(every))) for name, every in _EVERYTHING.items()}


def census(engine: Engine) -> Mapping[str, int]:
    """Count everything there is, by table, and by state where there are states."""
    counted: Counter[str] = Counter()
    with engine.connect() as connection:
        for name, every in _EVERYTHING.items():
            counted.update(f"{name} {getattr(row, 'state', '')}" for row in connection.execute(every))
    return counted


_EVERYTHING = {table.name: select(table) for table in Base.metadata.sorted_tables}
