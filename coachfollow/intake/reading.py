"""Reads an attendance file, of whatever make, into people and reasons; nothing is stored and nothing guessed."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from coachfollow.intake import columns, layouts, moments, opening, pasted, rows, tables, values
from coachfollow.intake.gathering import Gathering
from coachfollow.intake.layouts import Layout
from coachfollow.intake.moments import Calendar
from coachfollow.intake.opening import MAX_BYTES, Source
from coachfollow.intake.presence import NOTHING
from coachfollow.intake.tables import Table
from coachfollow.intake.words import (
    DateOrder,
    Field,
    Make,
    Mapping,
    Problem,
    Question,
    Reading,
    Sighting,
    Span,
    Unreadable,
)

__all__ = [
    "MAX_BYTES",
    "DateOrder",
    "Field",
    "Make",
    "Mapping",
    "Problem",
    "Question",
    "Reading",
    "Sighting",
    "Unreadable",
    "read",
    "read_pasted",
]

_TIMES = (Field.JOINED, Field.LEFT, Field.TIMESTAMP)
_SHOWN = 5
_NAME_AND_ADDRESS = 2


def read(
    path: Path,
    *,
    name: str,
    mapping: Mapping | None = None,
    date_order: DateOrder | None = None,
    expected: date | None = None,
    max_bytes: int = MAX_BYTES,
) -> Reading:
    """Read a file that was uploaded under this name; Unreadable says in a sentence why nothing can be taken.

    `mapping` is what a person or a profile says of the columns. `date_order` is a person's answer to the question
    of an earlier reading, and stands above what the dates show. `expected` is the day of the session: it settles
    what they leave open.
    """
    mapping = mapping or Mapping()
    with opening.opened(path, name=name, encoding=mapping.encoding, max_bytes=max_bytes) as sources:
        table = tables.find(sources, columns.ATTENDANCE, mapping=mapping, name=name)
        if table:
            found = _read_table(table, name=name, mapping=mapping, date_order=date_order, expected=expected)
            return replace(found, other_sheets=tuple(tables.others(sources, columns.ATTENDANCE, taken=table)))
        table = tables.likeliest(sources, mapping=mapping, name=name)
        if table.header_line or mapping.columns or len(table.header) > _NAME_AND_ADDRESS:
            return _ask_for_columns(table, sources, mapping)
        return _read_lines(table.source.lines(), name=name)


def read_pasted(text: str, *, date_order: DateOrder | None = None, expected: date | None = None) -> Reading:
    """Read pasted names and addresses, or a pasted table with its header row; Unreadable if there is nobody."""
    name = "the pasted list"
    if len(text) > pasted.LONGEST:
        raise Unreadable(f"The pasted list has more than {pasted.LONGEST:,} characters. Upload it as a file.")
    source = Source(lines=lambda: io.StringIO(text, newline=""))
    table = tables.find((source,), columns.ATTENDANCE, mapping=Mapping(), name=name)
    if table:
        return _read_table(table, name=name, mapping=Mapping(), date_order=date_order, expected=expected)
    return _read_lines(source.lines(), name=name)


def _read_table(
    table: Table, *, name: str, mapping: Mapping, date_order: DateOrder | None, expected: date | None
) -> Reading:
    layout = layouts.recognise(table, is_mapped=bool(mapping.columns))
    ruling = moments.decide(
        _spellings(layout), answer=date_order, habit=mapping.date_order, expected=expected
    )
    reading = _described(table, layout.make, replace(mapping, date_order=ruling.order))
    if ruling.question:
        return replace(reading, questions=(ruling.question,))
    return _gathered(reading, layout, Calendar(ruling.order), name=name)


def _described(table: Table, make: Make, mapping: Mapping) -> Reading:
    chosen = {field: table.header[place] for field, place in table.known.items()}
    return Reading(
        layout=make.value,
        header=table.header,
        fingerprint=columns.fingerprint(table.header),
        date_order=mapping.date_order,
        mapping=replace(mapping, columns=chosen),
        first_rows=tuple(tuple(map(values.clean, cells)) for _, cells in islice(table.rows(), _SHOWN)),
        unread=_unread(table) if make is Make.LIST else (),
        encoding=table.source.encoding,
        delimiter=table.delimiter,
        sheet=table.source.sheet,
    )


def _unread(table: Table) -> tuple[str, ...]:
    """The columns with a name of their own that mean nothing to us; reports have many, and those are known."""
    known = set(table.known.values())
    names = enumerate(table.header, start=1)
    return tuple(name for at, name in names if at - 1 not in known and name != f"Column {at}")


def _spellings(layout: Layout) -> set[str]:
    """Every date in the file as it is written, once; only those whose order is open to question."""
    found = {moments.spelling(text) for text in (layout.starts, layout.ends)}
    if any(field in layout.people.columns for field in _TIMES):
        for part, (_, cells) in layout.rows():
            places = [place for field in _TIMES if (place := part.columns.get(field)) is not None]
            found.update(
                moments.spelling(values.clean(cells[place])) for place in places if place < len(cells)
            )
    return {text for text in found if text}


def _gathered(reading: Reading, layout: Layout, calendar: Calendar, *, name: str) -> Reading:
    gathering = Gathering()
    count = 0
    for part, row in layout.rows():
        count += part is layout.people
        problem = rows.take(row, part, calendar=calendar, into=gathering)
        if problem:
            gathering.problems.append(problem)
    if not count:
        raise Unreadable(f"“{name}” has a header in line {layout.table.header_line}, but nobody under it.")
    meeting = _meeting(layout, calendar)
    return replace(
        reading,
        sightings=gathering.sightings(closing=meeting[1] if meeting else None),
        problems=gathering.problems,
        notes=gathering.notes,
        rows=count,
        doubled=gathering.doubled,
        contradicted=tuple(gathering.contradicted),
        meeting=meeting,
        days=calendar.span,
    )


def _meeting(layout: Layout, calendar: Calendar) -> Span | None:
    start, end = calendar.moment(layout.starts), calendar.moment(layout.ends)
    if isinstance(start, datetime) and isinstance(end, datetime) and start <= end:
        return start, end
    return None


def _read_lines(lines: Iterable[str], *, name: str) -> Reading:
    """A list without a header row: names and addresses are told apart by their looks."""
    gathering = Gathering()
    count = 0
    for count, found in enumerate(pasted.people(lines), start=1):
        tables.check_count(count)
        if isinstance(found, Problem):
            gathering.problems.append(found)
        else:
            gathering.add(found, NOTHING)
    if not count:
        raise Unreadable(f"There is neither a name nor an address in {name}.")
    return Reading(
        layout=Make.PASTED.value,
        header=(),
        fingerprint=columns.fingerprint(()),
        sightings=gathering.sightings(closing=None),
        problems=gathering.problems,
        notes=gathering.notes,
        rows=count,
        doubled=gathering.doubled,
        contradicted=tuple(gathering.contradicted),
    )


def _ask_for_columns(table: Table, sources: Sequence[Source], mapping: Mapping) -> Reading:
    reading = _described(table, Make.UNKNOWN, mapping)
    missing = [column for column in mapping.columns.values() if column not in table.header]
    where = ", ".join(f"“{source.sheet}”" for source in sources if source.sheet)
    sentence = (
        f"The chosen columns {', '.join(f'“{column}”' for column in missing)} are not in this file."
        if missing
        else f"No sheet ({where}) has columns whose names we know."
        if where
        else "This file has no columns whose names we know."
    )
    question = Question(
        kind="columns",
        sentence=f"{sentence} Which column holds the name, and which the address?",
        options=table.header,
        samples=tuple(" | ".join(row) for row in reading.first_rows),
    )
    return replace(reading, questions=(question,))
