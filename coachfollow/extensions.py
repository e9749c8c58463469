"""The Flask extensions, and the database recipes that SQLite and PostgreSQL each need."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any, Literal, Self

import flask_mail
from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from flask_wtf import CSRFProtect
from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Connection,
    Date,
    Dialect,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    SQLColumnExpression,
    String,
    Text,
    Time,
    bindparam,
    cast,
    event,
    extract,
    func,
    select,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import DateTime, TypeDecorator, TypeEngine

from coachfollow import clock
from coachfollow.config import Settings
from coachfollow.vault import Vault

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware values only, stored as UTC, returned as aware UTC.

    SQLite drops the zone of a DateTime and PostgreSQL answers in the server's zone; neither passes this type.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive value, hand on UTC (naive for SQLite, which stores text)."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time reached the database: {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back aware UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Ids(TypeDecorator[Collection[int]]):
    """Any number of ids as one value: an array for PostgreSQL, JSON for SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose how it travels."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(Integer()))

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> str | list[int]:
        """Hand on the ids in whatever collection they come."""
        ids = list(value or ())
        return json.dumps(ids) if dialect.name == "sqlite" else ids


class _Among(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: object = None) -> Self:
        """Stay as it is within a condition: SQLite reads `(… IN …) = 1` row by row, whatever index there is."""
        del against
        return self


def among(column: SQLColumnExpression[Any], name: str) -> ColumnElement[bool]:
    """Whether a column is one of the ids that a statement is executed with under this name.

    An IN would have a place for each: another text for each number of them, which is rendered, read and planned anew.
    """
    return _Among(column, bindparam(name, type_=Ids))


@compiles(_Among, "sqlite")
def _sqlite_among(element: Any, compiler: Any, **keywords: Any) -> str:
    column, ids = (compiler.process(one, **keywords) for one in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({ids})))"  # noqa: S608  # both are compiled, no word of anybody


@compiles(_Among, "postgresql")
def _postgresql_among(element: Any, compiler: Any, **keywords: Any) -> str:
    column, ids = (compiler.process(one, **keywords) for one in element.clauses)
    return f"({column} = ANY ({ids}))"


def unindexed(column: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """A column of words in a form that no index has: its rows are found by what else is asked of them.

    States come and go faster than what PostgreSQL knows of them: it took an index of all that are planned for one of
    a few, and read it whole for each plan of a list.
    """
    return column.op("||", return_type=String())("")


class Base(DeclarativeBase):
    """The base of every table; the type map lives in the registry, as Flask-SQLAlchemy requires."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: UtcDateTime(),
            date: Date(),
            time: Time(),
            str: Text(),
            bytes: LargeBinary(),
        },
    )
    metadata = registry.metadata


class DatabaseSession(FlaskSession):
    """A session that can be told to read only: `session.info["read_only"] = True` before its first query."""

    def get_bind(self, *args: Any, **keywords: Any) -> Engine | Connection:
        """Choose the engine, with BEGIN instead of BEGIN IMMEDIATE where nothing may be written.

        Both are looked up once: every statement asks, and there is one database.
        """
        if "writer" not in self.info:
            self.info["writer"] = super().get_bind(*args, **keywords)
        bind: Engine | Connection = self.info["writer"]
        if not (self.info.get("read_only") and isinstance(bind, Engine)):
            return bind
        if "reader" not in self.info:  # a session opens one connection for each engine object it meets
            self.info["reader"] = bind.execution_options(read_only=True)
        reader: Engine = self.info["reader"]
        return reader


@contextmanager
def reading(session: Session) -> Iterator[None]:
    """Let a session that is in no transaction read for a while, without SQLite's one lock for writing."""
    session.info["read_only"] = True
    try:
        yield
    finally:
        session.rollback()
        session.info["read_only"] = False


db = SQLAlchemy(model_class=Base, session_options={"class_": DatabaseSession})
mail = flask_mail.Mail()
csrf = CSRFProtect()


def tune(engine: Engine, *, synchronous: Literal["FULL", "OFF"] = "FULL") -> None:
    """Listen on an engine so that each database keeps its promises; `synchronous` is SQLite's word for a commit.

    OFF outlives a crash of ours, not a power cut: for the demo, whose months pass in commits.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", partial(_sqlite_connect, synchronous))
        event.listen(engine, "begin", _sqlite_begin)
        event.listen(engine, "reset", _sqlite_reset)
    else:
        event.listen(engine, "begin", _postgresql_begin)


def lease_time(session: Session) -> clock.LeaseTime:
    """Read lease time within a session."""
    return lease_time_of(session.connection())


def lease_time_of(connection: Connection) -> clock.LeaseTime:
    """Read lease time: the database's clock on PostgreSQL (many hosts), this host's on SQLite (one host)."""
    if connection.dialect.name == "sqlite":
        return clock.host_lease()
    return clock.LeaseTime(seconds=connection.scalar(_CLOCK) or 0.0, boot=DATABASE)


def lease_now(dialect: str) -> ColumnElement[float]:
    """Lease time within a statement that is executed with `lease_facts`: PostgreSQL is not asked for it before."""
    return bindparam("lease_now", type_=Float) if dialect == "sqlite" else _LEASE_NOW


def lease_facts(dialect: str) -> dict[str, object]:
    """Give the boot as `its_boot`, and the lease time where a statement cannot know it."""
    if dialect != "sqlite":
        return {"its_boot": DATABASE}
    lease = clock.host_lease()
    return {"its_boot": lease.boot, "lease_now": lease.seconds}


DATABASE = "database"  # the boot of a clock that all hosts share
_LEASE_NOW = cast(extract("epoch", func.clock_timestamp()), Float)
_CLOCK = select(_LEASE_NOW)


def _sqlite_connect(synchronous: str, connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    del record
    connection.isolation_level = None  # we emit BEGIN ourselves
    cursor = connection.cursor()
    for line in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        f"synchronous={synchronous}",
        "temp_store=MEMORY",
        "cache_size=-16000",  # a process stays small however large the table: the system caches the file, too
        "wal_autocheckpoint=4000",  # 16 MB: the bytes of mails come and go, and most need never reach the file
    ):
        cursor.execute(f"PRAGMA {line}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    if connection.get_execution_options().get("read_only"):
        connection.exec_driver_sql("PRAGMA query_only=ON")
        connection.exec_driver_sql("BEGIN")
    else:
        # a SELECT opens no transaction in SQLite: without this, read-then-write races
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _sqlite_reset(connection: DBAPIConnection, record: ConnectionPoolEntry, state: Any) -> None:
    del record, state
    connection.rollback()  # after a COMMIT that failed the library counts it as over, and the lock would stay
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=OFF")
    cursor.close()


def _postgresql_begin(connection: Connection) -> None:
    if connection.get_execution_options().get("read_only"):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What one running app knows beyond its tables: its settings and the keys they gave."""

    settings: Settings
    vault: Vault


def installation() -> Installation:
    """Give the installation of the current app."""
    found = current_app.extensions["coachfollow"]
    if not isinstance(found, Installation):
        raise TypeError("this app was not made by coachfollow.app.create_app")
    return found
