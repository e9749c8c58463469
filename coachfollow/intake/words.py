"""The words of reading a list: what a column may mean, what was read, what was wrong and what must be asked."""

from collections import abc
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, Self

from coachfollow.rules.kinds import AttendanceState

Span = tuple[datetime, datetime]


class Unreadable(Exception):
    """Nothing of this file can be taken; the sentence says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class DateOrder(StrEnum):
    """Which part of a date written in numbers comes first."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


class Field(StrEnum):
    """What a column can mean to us; the values are kept in saved mappings."""

    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    UPN = "upn"
    EXTERNAL_ID = "external_id"
    JOINED = "joined"
    LEFT = "left"
    MINUTES = "minutes"
    STATUS = "status"
    ROLE = "role"
    ACTION = "action"
    TIMESTAMP = "timestamp"
    WAITING = "waiting"
    COACH = "coach"
    MANAGER = "manager"
    TEAM = "team"
    ZONE = "zone"
    LOCALE = "locale"
    WEEK = "week"
    COUNTRY = "country"
    REGION = "region"
    LEFT_ON = "left_on"


class Make(StrEnum):
    """Whose report a file is."""

    TEAMS_LOG = "teams-log"
    TEAMS_2021 = "teams-2021"
    TEAMS = "teams"
    ZOOM = "zoom"
    ZOOM_USERS = "zoom-users"
    ZOOM_USAGE = "zoom-usage"
    MEET = "meet"
    LIST = "list"
    MAPPED = "mapped"
    PASTED = "pasted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """How a person told us to read a file; kept as a profile under the fingerprint of the header."""

    columns: abc.Mapping[Field, str] = field(default_factory=dict)
    date_order: DateOrder | None = None
    delimiter: str | None = None
    encoding: str | None = None

    def to_plain(self) -> dict[str, object]:
        """The mapping as JSON can hold it."""
        return {
            "columns": {field.value: column for field, column in self.columns.items()},
            "date_order": self.date_order.value if self.date_order else None,
            "delimiter": self.delimiter,
            "encoding": self.encoding,
        }

    @classmethod
    def from_plain(cls, plain: abc.Mapping[str, object]) -> Self:
        """Read what `to_plain` wrote; ValueError if it is something else."""
        columns, order = plain.get("columns"), plain.get("date_order")
        columns = columns if isinstance(columns, abc.Mapping) else {}
        return cls(
            columns={Field(name): str(column) for name, column in columns.items()},
            date_order=DateOrder(str(order)) if order else None,
            delimiter=_text(plain.get("delimiter")),
            encoding=_text(plain.get("encoding")),
        )


def _text(value: object) -> str | None:
    return str(value) if value else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One person in an attendance file, all their rows together; times are naive, as the file has them.

    `name` is empty where the file gives only an address. `minutes` is what the file states, and stands only
    where there are no intervals.
    """

    line: int
    name: str
    email: str | None = None
    upn: str | None = None
    external_id: str | None = None
    intervals: tuple[Span, ...] = ()
    minutes: int | None = None
    status: AttendanceState | None = None
    coach: str | None = None
    manager: str | None = None
    team: tuple[str, ...] = ()
    zone: str | None = None
    locale: str | None = None
    week: str | None = None
    is_organiser: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong in one line, and in which column; there is at most one for a line."""

    line: int
    column: str | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person has to decide before the file can be read; the options are values of DateOrder or columns."""

    kind: Literal["date_order", "columns"]
    sentence: str
    options: tuple[str, ...]
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an attendance file says: the people in it, no two with one address, or the questions that come first.

    However long the file is, people, problems and notes take no memory: they are read from disk when asked for.
    `problems` are rows that were left out. `notes` are rows that were taken and deserve a look. `mapping` is
    how the file was read, with the encoding and the delimiter only where somebody chose them: a mapping page
    starts from it, a profile keeps it. `first_rows` shows the file as it was decoded.
    """

    layout: str
    header: tuple[str, ...]
    fingerprint: str
    sightings: abc.Sequence[Sighting] = ()
    problems: abc.Sequence[Problem] = ()
    notes: abc.Sequence[Problem] = ()
    questions: tuple[Question, ...] = ()
    rows: int = 0
    doubled: int = 0  # rows that name somebody again and say nothing of time
    contradicted: tuple[int, ...] = ()  # lines that say something else of somebody than an earlier one; a few
    date_order: DateOrder | None = None
    meeting: Span | None = None
    days: tuple[date, date] | None = None  # of which it tells: from the first to the last
    mapping: Mapping = field(default_factory=Mapping)
    first_rows: tuple[tuple[str, ...], ...] = ()
    unread: tuple[str, ...] = ()  # columns of a list kept by hand that mean nothing to us
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    other_sheets: tuple[str, ...] = ()  # of the same workbook, and left aside, though they name people too
