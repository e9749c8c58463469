"""Reads a file of people: who works where, for whom, in which zone, week and region, and who has left."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from coachfollow import almanac
from coachfollow.intake import columns, moments, opening, tables, values, words
from coachfollow.intake.cells import Cells
from coachfollow.intake.moments import Calendar
from coachfollow.intake.opening import MAX_BYTES
from coachfollow.intake.tables import Table
from coachfollow.intake.words import DateOrder, Field, Problem, Question, Unreadable

_EXPECTED = (
    "Email, and if you like Name, Employee ID, Team, Manager, Time zone, Language, Working week, Country, Region,"
    " Left on"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One person as the file has them; what it does not say is empty or None and changes nothing."""

    line: int
    email: str
    name: str
    external_id: str | None = None
    team: tuple[str, ...] = ()
    manager: str | None = None
    zone: str | None = None
    locale: str | None = None
    week: str | None = None
    region: str | None = None
    left_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleReading:
    """What a people file says, or the question that comes first; `problems` are rows that were left out."""

    header: tuple[str, ...]
    rows: tuple[PersonRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    questions: tuple[Question, ...] = ()


def read_people(
    path: Path, *, name: str, date_order: DateOrder | None = None, max_bytes: int = MAX_BYTES
) -> PeopleReading:
    """Read a CSV or a spreadsheet uploaded under this name; Unreadable says why nothing of it can be taken."""
    with opening.opened(path, name=name, max_bytes=max_bytes) as sources:
        table = tables.find(sources, columns.PEOPLE, mapping=words.Mapping(), name=name)
        if table is None or Field.EMAIL not in table.known:
            raise Unreadable(f"“{name}” has no header row with a column Email. It may have {_EXPECTED}.")
        ruling = moments.decide(_spellings(table), answer=date_order, habit=None)
        reading = PeopleReading(header=table.header)
        if ruling.question:
            return replace(reading, questions=(ruling.question,))
        return _read(reading, table, Calendar(ruling.order), name=name)


def _spellings(table: Table) -> set[str]:
    place = table.known.get(Field.LEFT_ON)
    if place is None:
        return set()
    found = {moments.spelling(values.clean(cells[place])) for _, cells in table.rows() if place < len(cells)}
    return {text for text in found if text}


def _read(reading: PeopleReading, table: Table, calendar: Calendar, *, name: str) -> PeopleReading:
    rows: dict[str, PersonRow] = {}
    problems: list[Problem] = []
    for line, row in table.rows():
        cells = Cells(line, row, table.known)
        person = _person(cells, calendar, rows)
        problem = cells.problem(table.header, table.known)
        if problem:
            problems.append(problem)
        else:
            rows[person.email] = person
    if not (rows or problems):
        raise Unreadable(f"“{name}” has a header in line {table.header_line}, but nobody under it.")
    return replace(reading, rows=tuple(rows.values()), problems=tuple(problems))


def _person(cells: Cells, calendar: Calendar, earlier: Mapping[str, PersonRow]) -> PersonRow:
    """The person in a row; without meaning where the cells have remembered a fault."""
    email, manager = cells.address(Field.EMAIL) or "", cells.address(Field.MANAGER)
    if not email:
        cells.fault(Field.EMAIL, "there is no mail address in this row")
    if email in earlier:
        cells.fault(Field.EMAIL, f"{email} already stands in line {earlier[email].line}, which was taken")
    if email == manager:
        cells.fault(Field.MANAGER, f"{email} cannot be their own manager; leave the cell empty")
    return PersonRow(
        line=cells.line,
        email=email,
        name=cells.name(),
        external_id=cells.text(Field.EXTERNAL_ID) or None,
        team=cells.read(Field.TEAM, values.team) or (),
        manager=manager,
        zone=cells.read(Field.ZONE, values.zone),
        locale=cells.read(Field.LOCALE, values.locale),
        week=cells.read(Field.WEEK, values.week),
        region=_region(cells),
        left_on=cells.read(Field.LEFT_ON, calendar.given_day),
    )


def _region(cells: Cells) -> str | None:
    """Whose public holidays somebody has: a country, and a part of it if the file says one."""
    part = cells.text(Field.REGION)
    if part and not cells.text(Field.COUNTRY):
        cells.fault(Field.REGION, f"“{part}” needs a country beside it, such as DE")
    return cells.read(Field.COUNTRY, lambda country: almanac.region(country, part))
