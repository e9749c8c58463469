"""SQL that both databases understand in their own words: inserts that pass over what exists, random ids."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Insert,
    Select,
    Text,
    column,
    func,
    literal,
    select,
    union_all,
    update,
    values,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session, object_mapper
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import TypeEngine

from coachfollow.models import Base

AnyInsert = sqlite.Insert | postgresql.Insert
AnySelect = Select[*tuple[Any, ...]]

RUN = 2000  # ids in one run
CHUNK = 1000  # values in one statement: SQLite takes 32,766, PostgreSQL 65,535

Item = TypeVar("Item")


class random_id(FunctionElement[str]):  # noqa: N801  # it reads as the SQL function it is
    """A random public id made by the database, for rows that are inserted in sets."""

    type = Text()
    inherit_cache = True


@compiles(random_id, "sqlite")
def _sqlite_random_id(element: Any, compiler: Any, **keywords: Any) -> str:
    del element, compiler, keywords
    return "lower(hex(randomblob(16)))"


@compiles(random_id, "postgresql")
def _postgresql_random_id(element: Any, compiler: Any, **keywords: Any) -> str:
    del element, compiler, keywords
    return "replace(gen_random_uuid()::text, '-', '')"


def insert(session: Session, table: type[Base]) -> AnyInsert:
    """An INSERT in the database's own dialect, which knows ON CONFLICT, and how many rows it made."""
    return insert_by(session.get_bind().dialect.name, table)


def insert_new(session: Session, table: type[Base]) -> Insert:
    """An INSERT that passes over rows which are there already: what is done twice changes nothing."""
    return _insert_new(session.get_bind().dialect.name, table)


@cache
def insert_by(dialect: str, table: type[Base]) -> AnyInsert:
    """An INSERT in this dialect, which is to be built upon."""
    statement = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    # without it PostgreSQL says -1: SQLAlchemy has read the new ids and forgotten the count
    return statement.execution_options(preserve_rowcount=True)


@cache
def _insert_new(dialect: str, table: type[Base]) -> Insert:
    return insert_by(dialect, table).on_conflict_do_nothing()


def change(session: Session, table: type[Base], changes: Sequence[tuple[Base, Mapping[str, object]]]) -> None:
    """Give many rows new values in one statement, and the objects that stand for them. All name the same columns."""
    if changes:
        key = object_mapper(changes[0][0]).primary_key_from_instance
        session.execute(update(table), [{"id": key(one)[0], **new} for one, new in changes])
    for one, new in changes:
        for name, value in new.items():
            set_committed_value(one, name, value)


def chunks(items: Iterable[Item], most: int = CHUNK) -> Iterator[list[Item]]:
    """Cut many values into as many as one statement takes easily."""
    rest = iter(items)
    while chunk := list(islice(rest, most)):
        yield chunk


def runs(
    session: Session, key: InstrumentedAttribute[int], where: ColumnElement[bool]
) -> list[ColumnElement[bool]]:
    """Cut many rows into runs of ids: one statement over all of them would keep every page it changes in memory."""
    return [where & key.between(first, last) for first, last in spans(session, key, where)]


def spans(
    session: Session, key: InstrumentedAttribute[int], where: ColumnElement[bool]
) -> list[tuple[int, int]]:
    """Give the first and the last id of each such run."""
    low, high = session.execute(select(func.min(key), func.max(key)).where(where)).one()
    firsts = range(low, high + 1, RUN) if low else range(0)
    return [(first, first + RUN - 1) for first in firsts]


def count_again(session: Session, tables: Sequence[type[Base]]) -> None:
    """Let PostgreSQL look at tables that grew at once, and commit: by itself it does so a minute later, or more.

    SQLite goes about its statements by their words and its indexes alone.
    """
    if session.get_bind().dialect.name == "postgresql":
        names = ", ".join(table.__tablename__ for table in tables)
        session.connection().exec_driver_sql(f"ANALYZE {names}")
        session.commit()


def rows(name: str, columns: Mapping[str, TypeEngine[Any]], data: Sequence[tuple[object, ...]]) -> CTE:
    """Rows of ours as a table to join with (a CTE: SQLite names the columns of VALUES nowhere else)."""
    return values(*(column(key, kind) for key, kind in columns.items()), name=name).data(list(data)).cte(name)


def few_rows(name: str, columns: Mapping[str, TypeEngine[Any]], data: Sequence[tuple[object, ...]]) -> CTE:
    """Up to 500 rows likewise, for a statement that comes again: SQLAlchemy compiles VALUES anew each time."""
    each = [
        select(
            *(
                literal(value, kind).label(key)
                for (key, kind), value in zip(columns.items(), row, strict=True)
            )
        )
        for row in data
    ]
    return union_all(*each).cte(name)


def bulk(
    connection: Connection, table: type[Base], columns: Sequence[str], data: Sequence[tuple[Any, ...]]
) -> None:
    """Insert many rows as the driver takes them: two to three times as fast as rows of names and values."""
    _insert(connection, table, columns, data, unless="")


def bulk_new(
    connection: Connection, table: type[Base], columns: Sequence[str], data: Sequence[tuple[Any, ...]]
) -> int:
    """Insert many rows likewise, passing over those that are there already; gives how many were new."""
    return _insert(connection, table, columns, data, unless="ON CONFLICT DO NOTHING")


def _insert(
    connection: Connection,
    table: type[Base],
    columns: Sequence[str],
    data: Sequence[tuple[Any, ...]],
    *,
    unless: str,
) -> int:
    if not data:
        return 0
    dialect = connection.dialect
    kinds = [table.__table__.c[name].type.dialect_impl(dialect) for name in columns]
    given = [
        _converted(column, kind.bind_processor(dialect))
        for kind, column in zip(kinds, zip(*data, strict=True), strict=True)
    ]
    into = f"INSERT INTO {table.__tablename__} ({', '.join(columns)})"
    if dialect.name == "sqlite":
        marks = ", ".join("?" for _ in columns)
        statement = f"{into} VALUES ({marks}) {unless}"  # our own names
        return connection.exec_driver_sql(statement, list(zip(*given, strict=True))).rowcount
    # a statement for each row costs the server as much as sending a mail: here columns travel as arrays, in one
    arrays = ", ".join(f"%b::{kind.compile(dialect)}[]" for kind in kinds)
    statement = f"{into} SELECT * FROM unnest({arrays}) {unless}"  # noqa: S608
    return connection.exec_driver_sql(statement, tuple(map(list, given))).rowcount


def _converted(column: Sequence[Any], convert: Callable[[Any], Any] | None) -> Sequence[Any]:
    """Values are converted once per distinct value, because most of a batch's columns hold the same few."""
    if convert is None:
        return column
    known = {value: convert(value) for value in set(column)}
    return [known[value] for value in column]
