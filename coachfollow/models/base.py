"""What the tables share: column shorthands for closed sets, references and identities."""

from enum import StrEnum
from typing import Annotated

from sqlalchemy import Enum, ForeignKey, Index, String, Table, text
from sqlalchemy.orm import mapped_column

from coachfollow.extensions import Base

__all__ = ["Base", "Key", "PublicId", "choice", "current", "partial", "ref", "table_of"]

Key = Annotated[int, mapped_column(primary_key=True)]
PublicId = Annotated[str, mapped_column(String(32), unique=True)]


def choice(members: type[StrEnum], name: str) -> Enum:
    """A closed set as its values in text with a CHECK (SQLAlchemy would store the names)."""
    return Enum(
        members,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda enum: [member.value for member in enum],
    )


def ref(target: str) -> ForeignKey:
    """A reference that forbids deleting what it points at: nothing is deleted but identity (law 15)."""
    return ForeignKey(target, ondelete="RESTRICT")


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the rows that `where` keeps; both databases know them, each under its own word."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def current(name: str, *columns: str) -> Index:
    """One open-ended row at a time: the guard of every dated relation."""
    return partial(name, *columns, where="to_at IS NULL", unique=True)


def table_of(model: type[Base]) -> Table:
    """The table of a model: to a statement that is built once and runs often, the model adds more than it costs."""
    return Base.metadata.tables[model.__tablename__]
