"""Reads files of when people work: rosters, a day and its hours a line, and leave, from a day to a day a line."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from coachfollow.intake import opening
from coachfollow.intake.opening import MAX_BYTES
from coachfollow.intake.words import Problem, Unreadable
from coachfollow.rules import weeks
from coachfollow.rules.absences import Leave

ROSTER = ("person", "date", "hours")
LEAVE = ("person", "first", "last")
HALVES = "half days"
FROM_NOON, UNTIL_NOON = "from noon", "until noon"

_DELIMITERS = (";", "\t", ",")


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """The hours of one person on one day, written as they are kept; empty where they are free."""

    line: int
    email: str
    day: date
    hours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveRow:
    """One person away from a day to a day."""

    line: int
    email: str
    leave: Leave


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterReading:
    """What a roster says; a day with a mistake in any of its lines is left out whole."""

    rows: tuple[RosterRow, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveReading:
    """What a file of leave says; `problems` are lines that were left out."""

    rows: tuple[LeaveRow, ...]
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Day:
    line: int
    hours: list[str]
    is_sound: bool = True


class _Mistake(ValueError):
    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column = column


def read_roster(path: Path, *, name: str, max_bytes: int = MAX_BYTES) -> RosterReading:
    """Read person, date and hours, several lines a day; Unreadable says why nothing of it can be taken."""
    days: dict[tuple[str, date], _Day] = {}
    problems: list[Problem] = []
    for line, cells in _lines(path, ROSTER, name=name, max_bytes=max_bytes):
        try:
            _add(days, line, cells)
        except _Mistake as mistake:
            problems.append(Problem(line=line, column=mistake.column, sentence=str(mistake)))
    rows = tuple(
        RosterRow(line=day.line, email=email, day=at, hours=",".join(day.hours))
        for (email, at), day in days.items()
        if day.is_sound
    )
    return RosterReading(rows=rows, problems=tuple(problems))


def _add(days: dict[tuple[str, date], _Day], line: int, cells: Mapping[str, str]) -> None:
    """Put one line to the day it is about; the same day may go on in later lines."""
    day = days.setdefault((_email(cells), _day(cells, "date")), _Day(line, []))
    try:
        hours = [str(span) for span in weeks.parse_hours(",".join((*day.hours, *_hours(cells))))]
    except ValueError as error:
        day.is_sound = False
        raise _Mistake("hours", f"{error}; this whole day was left out.") from error
    day.hours = hours


def _hours(cells: Mapping[str, str]) -> tuple[str, ...]:
    said = cells["hours"].replace("\N{EN DASH}", "-")
    return (said,) if said else ()


def read_leave(path: Path, *, name: str, max_bytes: int = MAX_BYTES) -> LeaveReading:
    """Read person, first and last day and half days; Unreadable says why nothing of it can be taken."""
    rows: list[LeaveRow] = []
    problems: list[Problem] = []
    for line, cells in _lines(path, LEAVE, name=name, max_bytes=max_bytes):
        try:
            rows.append(LeaveRow(line=line, email=_email(cells), leave=_leave(cells)))
        except _Mistake as mistake:
            problems.append(Problem(line=line, column=mistake.column, sentence=str(mistake)))
    return LeaveReading(rows=tuple(rows), problems=tuple(problems))


def _leave(cells: Mapping[str, str]) -> Leave:
    first, last, halves = _day(cells, "first"), _day(cells, "last"), _halves(cells.get(HALVES, ""))
    try:
        return Leave(first=first, last=last, from_noon=FROM_NOON in halves, until_noon=UNTIL_NOON in halves)
    except ValueError as error:
        raise _Mistake("last", f"{error}.") from error


def _halves(cell: str) -> set[str]:
    said = {part.strip().lower() for part in cell.split(",")} - {""}
    if said - {FROM_NOON, UNTIL_NOON}:
        raise _Mistake(HALVES, f"“{cell}” is not known here; write “{FROM_NOON}”, “{UNTIL_NOON}” or both.")
    return said


def _email(cells: Mapping[str, str]) -> str:
    if "@" not in cells["person"]:
        raise _Mistake(
            "person", f"“{cells['person']}” is not a mail address; write it like anna@example.org."
        )
    return cells["person"].lower()


def _day(cells: Mapping[str, str], column: str) -> date:
    try:
        return date.fromisoformat(cells[column])
    except ValueError:
        raise _Mistake(column, f"“{cells[column]}” is not a day; write it like 2026-03-02.") from None


def _lines(
    path: Path, wanted: Sequence[str], *, name: str, max_bytes: int
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The filled lines under the header, by the names of their columns."""
    with opening.opened(path, name=name, max_bytes=max_bytes) as sources:
        lines = sources[0].lines()
        header = next(lines, "").removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
        delimiter = max(_DELIMITERS, key=header.count)
        columns = [one.strip().lower() for one in next(csv.reader([header], delimiter=delimiter), [])]
        if not set(wanted) <= set(columns):
            raise Unreadable(f"The first line of “{name}” has to name the columns {', '.join(wanted)}.")
        reader = csv.reader(lines, delimiter=delimiter)
        for cells in reader:
            given = [cell.strip() for cell in cells]
            if any(given):
                filled = given + [""] * (len(columns) - len(given))
                yield reader.line_num + 1, dict(zip(columns, filled, strict=False))
