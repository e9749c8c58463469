"""SQL that both databases understand in their own words: inserts that pass over what exists, random ids."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import CTE, Connection, Insert, Select, Text, column, values
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import TypeEngine

from coachfollow.models import Base

AnyInsert = sqlite.Insert | postgresql.Insert
AnySelect = Select[*tuple[Any, ...]]

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
    dialect = session.get_bind().dialect.name
    statement = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    # without it PostgreSQL says -1: SQLAlchemy has read the new ids and forgotten the count
    return statement.execution_options(preserve_rowcount=True)


def insert_new(session: Session, table: type[Base]) -> Insert:
    """An INSERT that passes over rows which are there already: what is done twice changes nothing."""
    return insert(session, table).on_conflict_do_nothing()


def chunks(items: Collection[Item], most: int = CHUNK) -> Iterator[list[Item]]:
    """Cut many values into as many as one statement takes easily."""
    rest = iter(items)
    while chunk := list(islice(rest, most)):
        yield chunk


def rows(name: str, columns: Mapping[str, TypeEngine[Any]], data: Sequence[tuple[object, ...]]) -> CTE:
    """Rows of ours as a table to join with (a CTE: SQLite names the columns of VALUES nowhere else)."""
    return values(*(column(key, kind) for key, kind in columns.items()), name=name).data(list(data)).cte(name)


def bulk(
    connection: Connection, table: type[Base], columns: Sequence[str], data: Sequence[tuple[Any, ...]]
) -> None:
    """Insert many rows as the driver takes them: two to three times as fast as rows of names and values.

    Values are converted once per distinct value, because most of a batch's columns hold the same few.
    """
    if not data:
        return
    dialect = connection.dialect
    kinds = [table.__table__.c[name].type.dialect_impl(dialect) for name in columns]
    convert = [kind.bind_processor(dialect) for kind in kinds]
    marks = ", ".join("?" if dialect.paramstyle == "qmark" else "%s" for _ in columns)
    statement = f"INSERT INTO {table.__tablename__} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608  # our own names
    known: dict[tuple[int, Any], Any] = {}

    def converted(place: int, value: Any) -> Any:
        processor = convert[place]
        if processor is None:
            return value
        key = (place, value)
        if key not in known:
            known[key] = processor(value)
        return known[key]

    values_ = [tuple(converted(place, value) for place, value in enumerate(row)) for row in data]
    connection.exec_driver_sql(statement, values_)
