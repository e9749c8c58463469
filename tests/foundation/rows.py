"""One row for every table, made from what the tables say about themselves."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from enum import Enum
from typing import Any

from sqlalchemy import Column, Connection, Table, types

from coachfollow.models import Base

ID = 1001
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SAMPLES: dict[type, object] = {
    bool: True,
    int: 1,
    float: 0.5,
    bytes: b"sealed",
    datetime: NOW,
    date: NOW.date(),
    time: time(9, 0),
}


def fill(connection: Connection) -> None:
    """Write a row into every table, parents first; each key is `ID`."""
    for table in Base.metadata.sorted_tables:
        connection.execute(table.insert().values(sample(table)))


def sample(table: Table) -> dict[str, object]:
    """Make one row: nothing left out, every reference points at the row of its parent."""
    return {column.name: _value(column) for column in table.columns if column.computed is None}


def closed_sets() -> Iterator[tuple[Column[Any], type[Enum]]]:
    """List the columns that take only the values of a closed set."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, types.Enum) and column.type.enum_class is not None:
                yield column, column.type.enum_class


def _value(column: Column[Any]) -> object:
    if isinstance(column.type, types.Enum) and column.type.enum_class is not None:
        return next(iter(column.type.enum_class))
    python = _python(column.type)
    if python is str:
        return column.name[: getattr(column.type, "length", None)]
    if python is int and (column.primary_key or column.foreign_keys):
        return ID
    return SAMPLES[python]


def _python(kind: types.TypeEngine[object]) -> type:
    stored = kind.impl_instance if isinstance(kind, types.TypeDecorator) else kind
    python: type = stored.python_type
    return python
