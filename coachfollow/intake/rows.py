"""Takes one row about a person: who it is, what is known of them, and how long they were there."""

from collections.abc import Callable, Mapping
from typing import Any

from coachfollow.intake import addresses, decode, names, presence, values
from coachfollow.intake.cells import Cells
from coachfollow.intake.gathering import Gathering
from coachfollow.intake.layouts import Kind, Part
from coachfollow.intake.moments import Calendar
from coachfollow.intake.tables import Row
from coachfollow.intake.words import Field, Problem, Sighting
from coachfollow.rules.kinds import AttendanceState

# What a cell tells of a person, under the name that the sighting has for it; only columns that are there are read.
_FACTS: Mapping[Field, Callable[[str], Any]] = {
    Field.EMAIL: addresses.address,
    Field.UPN: values.user_name,
    Field.EXTERNAL_ID: str,
    Field.STATUS: values.status,
    Field.COACH: addresses.address,
    Field.MANAGER: addresses.address,
    Field.TEAM: values.team,
    Field.ZONE: values.zone,
    Field.LOCALE: values.locale,
    Field.WEEK: values.week,
}

UNSAID = "others have a mark here and this row has none; write present or absent"


def take(row: Row, part: Part, *, calendar: Calendar, into: Gathering) -> Problem | None:
    """Add what the row says to the gathering, or say why it was left out; who only waited is passed over."""
    cells = Cells(*row, part.columns)
    if cells.read(Field.WAITING, values.is_yes):
        return None
    if part.kind is Kind.REJOIN:
        _take_rejoin(cells, calendar, into)
        return None
    seen = _sighting(cells, part)
    present = presence.read(cells, calendar, part.kind, duration=part.duration)
    if (
        part.has_marks
        and not part.has_absences
        and present == presence.NOTHING
        and not cells.text(Field.STATUS)
    ):
        cells.fault(Field.STATUS, UNSAID)
    problem = cells.problem(part.header, part.columns)
    if problem is None:
        into.add(seen, present)
        if decode.UNREADABLE in seen.name:
            into.note(
                seen.line, f"“{seen.name}” has a character that cannot be read; choose another encoding."
            )
    return problem


def _take_rejoin(cells: Cells, calendar: Calendar, into: Gathering) -> None:
    """A stay that cannot be read is passed over: what the report states of the person as a whole then stands."""
    stay = presence.read(cells, calendar, Kind.REJOIN).stay
    if stay:
        into.add_rejoin(Sighting(line=cells.line, name=cells.name(), email=cells.address(Field.EMAIL)), stay)


def _sighting(cells: Cells, part: Part) -> Sighting:
    facts = {}
    for field, parse in _FACTS.items():
        if field in part.columns and (found := cells.read(field, parse)):
            facts[field.value] = found
    if part.has_absences:
        missed = cells.read(Field.STATUS, values.absence)
        facts[Field.STATUS.value] = missed or AttendanceState.PRESENT
    seen = Sighting(
        line=cells.line,
        name=cells.name(names.original if part.names_accounts else names.tidy),
        is_organiser=bool(cells.read(Field.ROLE, values.is_organiser)),
        **facts,
    )
    if not (seen.name or seen.email or seen.upn or seen.external_id):
        cells.fault(Field.NAME, "there is neither a name nor an address in this row")
    return seen
