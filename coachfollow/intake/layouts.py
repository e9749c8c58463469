"""Recognises whose report a table is, and where in it the people, their joins and the meeting's times stand.

Field notes: Teams changed its report three times; since 2022 it has three numbered sections, of which the second
names each person once and the third every join. Zoom puts the meeting into two rows above the list, or into every
row of a usage report. All of them come back from a spreadsheet program with other delimiters and encodings, so
nothing here goes by file name, line number or delimiter.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from coachfollow.intake import columns, sections, values
from coachfollow.intake.tables import Row, Table
from coachfollow.intake.words import Field, Make, Unreadable


def _keys(*names: str) -> frozenset[str]:
    return frozenset(map(columns.key, names))


_TOPIC, _MEETING_ID = map(columns.key, ("Topic", "Meeting ID"))
_OF_ACCOUNTS = _keys(
    *("Name (Original Name)", "Nom (nom d’origine)", "Nom (nom original)", "Nombre (nombre original)")
)
_OF_THE_HOST = (Field.TEAM,)  # in a usage report, the department is that of the host
_MEET = _keys("Time joined", "Time exited")
_TEAMS_2021 = _keys("Full Name", "Join Time", "Leave Time")
_STARTS = _keys(
    *("Start time", "Meeting start time", "Startzeit", "Beginn", "Besprechungsbeginn"),
    *("Heure de début", "Hora de inicio", "Hora de comienzo"),
)
_ENDS = _keys(
    *("End time", "Meeting end time", "Endzeit", "Ende", "Besprechungsende"),
    *("Heure de fin", "Hora de fin", "Hora de finalización"),
)


class Kind(Enum):
    """What one row tells."""

    STAY = auto()  # somebody was there, once; the same person may come again
    EVENT = auto()  # somebody joined or left
    PERSON = auto()  # somebody's first join and last leave, and the time in between that they were there
    REJOIN = auto()  # one stay of somebody who has been named


_KINDS = {Make.TEAMS: Kind.PERSON, Make.TEAMS_LOG: Kind.EVENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of rows under one header."""

    kind: Kind
    header: tuple[str, ...]
    columns: Mapping[Field, int]
    names_accounts: bool = False  # names are “Display (Account)”
    duration: Callable[[str], int | None] = values.duration  # what a cell of its durations means
    has_marks: bool = False  # of somebody it is said that they were there or not, so a blank is no yes
    has_absences: bool = False  # what is marked is who was not there, so a blank is one


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a table is; `starts` and `ends` are the meeting's times as the report writes them, if it does."""

    make: Make
    table: Table
    people: Part
    meeting_at: int | None
    starts: str
    ends: str

    def rows(self) -> Iterator[tuple[Part, Row]]:
        """The rows about people and the part each belongs to; Unreadable if they are of two meetings."""
        part: Part | None = self.people
        is_under_title, meeting = False, ""
        for line, cells in self.table.rows():
            if self.people.kind is Kind.PERSON and sections.is_title(cells):
                is_under_title = True
            elif is_under_title:
                part, is_under_title = _rejoins(cells), False
            elif part:
                meeting = self._one_meeting(line, cells, meeting)
                yield part, (line, cells)

    def _one_meeting(self, line: int, cells: Sequence[str], earlier: str) -> str:
        if self.meeting_at is None or self.meeting_at >= len(cells):
            return earlier
        meeting = values.clean(cells[self.meeting_at])
        if earlier and meeting != earlier:
            raise Unreadable(
                f"This report holds more than one meeting: {earlier}, and from line {line} on {meeting}. "
                "Export one meeting at a time."
            )
        return meeting


def recognise(table: Table, *, is_mapped: bool) -> Layout:
    """Say whose report this is; the columns that somebody chose are taken, whoever's report it is."""
    keys = [columns.key(name) for name in table.header]
    make = _make(set(keys), table)
    is_usage = make is Make.ZOOM_USAGE
    above = [*table.preamble, list(table.header), _first(table)] if is_usage else table.preamble
    return Layout(
        make=Make.MAPPED if is_mapped else make,
        table=table,
        people=Part(
            kind=_KINDS.get(make, Kind.STAY),
            header=table.header,
            columns={
                field: at for field, at in table.known.items() if not (is_usage and field in _OF_THE_HOST)
            },
            names_accounts=not _OF_ACCOUNTS.isdisjoint(keys),
            duration=_duration(table),
            has_marks=_has_marks(table),
            has_absences=_has_marks(table) and _is_of_absence(table),
        ),
        meeting_at=keys.index(_MEETING_ID) if is_usage else None,
        starts=_stated(_STARTS, above),
        ends=_stated(_ENDS, above),
    )


def _duration(table: Table) -> Callable[[str], int | None]:
    """How durations are read: the column says its unit, or numbers that may be hours leave it open."""
    at = table.known.get(Field.MINUTES)
    if at is None or columns.counts_minutes(table.header[at]):
        return values.duration
    if columns.counts_hours(table.header[at]):
        return values.hours
    return values.undecided if any(map(values.may_be_hours, _cells(table, at))) else values.duration


def _has_marks(table: Table) -> bool:
    at = table.known.get(Field.STATUS)
    return at is not None and any(_cells(table, at))


def _is_of_absence(table: Table) -> bool:
    return columns.tells_of_absence(table.header[table.known[Field.STATUS]])


def _cells(table: Table, at: int) -> Iterator[str]:
    return (values.clean(cells[at]) for _, cells in table.rows() if at < len(cells))


def _first(table: Table) -> list[str]:
    return next(table.rows(), (0, []))[1]


def _make(keys: set[str], table: Table) -> Make:
    known = table.known
    if Field.ACTION in known and Field.TIMESTAMP in known:
        return Make.TEAMS_LOG
    if {_TOPIC, _MEETING_ID} <= keys:
        return Make.ZOOM_USAGE
    if not _OF_ACCOUNTS.isdisjoint(keys):
        return Make.ZOOM if Field.JOINED in known else Make.ZOOM_USERS
    if keys >= _MEET:
        return Make.MEET
    if any(map(sections.is_title, table.preamble)) or any(key.startswith("firstjoin") for key in keys):
        return Make.TEAMS
    return Make.TEAMS_2021 if keys >= _TEAMS_2021 else Make.LIST


def _rejoins(cells: Sequence[str]) -> Part | None:
    """The section under this header, if it tells of joins and leaves; the others are passed over."""
    header = columns.unique(cells)
    found = columns.known(header, columns.ATTENDANCE)
    if Field.JOINED not in found or Field.LEFT not in found:
        return None
    return Part(kind=Kind.REJOIN, header=header, columns=found)


def _stated(labels: frozenset[str], rows: Sequence[Sequence[str]]) -> str:
    """The value beside one of these labels, or under it."""
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if columns.key(cell) in labels:
                beside = row[place + 1 : place + 2]
                under = rows[number + 1][place : place + 1] if number + 1 < len(rows) else []
                return next((text for text in map(values.clean, [*beside, *under]) if text[:1].isdigit()), "")
    return ""
