"""Finds the table in a text: its delimiter, its header row among preambles, and its rows with line numbers."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from coachfollow.intake import columns, sections, words
from coachfollow.intake.columns import Vocabulary
from coachfollow.intake.opening import Source
from coachfollow.intake.words import Field, Unreadable

DELIMITERS = ("\t", ",", ";", "|")
MAX_ROWS = 500_000  # of a report with re-joins; it has two rows or more for each person
MAX_CELLS = 1_000
MAX_LINES_OF_A_ROW = 50

_HEAD = 60  # no preamble is longer

Row = tuple[int, list[str]]
_Knowing = Callable[[Sequence[str], Sequence[Sequence[str]], Sequence[str]], Mapping[Field, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A header and where it stands; `known` are the columns whose meaning is known.

    A list without a header row has the header line 0 and columns called “Column 1”, “Column 2” …
    """

    source: Source
    delimiter: str
    header: tuple[str, ...]
    header_line: int
    preamble: tuple[list[str], ...]
    known: Mapping[Field, int]

    def rows(self) -> Iterator[Row]:
        """The rows under the header that hold anything, each with the line it begins in."""
        for line, cells in records(self.source.lines(), self.delimiter):
            if line > self.header_line:
                yield line, cells


def find(
    sources: Sequence[Source], vocabulary: Vocabulary, *, mapping: words.Mapping, name: str
) -> Table | None:
    """Find the table by the columns that somebody chose, or else by those we know; the first sheet that has them.

    A sheet of which one column alone is known may be a cover sheet: others go before it.
    """
    know = _told(mapping) if mapping.columns else _known(vocabulary)
    best: Table | None = None
    for source in sources:
        tables = _tables(source, _delimiters(mapping, name=name), know)
        found = max(tables, key=lambda table: len(table.known), default=None)
        if found and len(found.known) > 1:
            return found
        best = best or (found if found and found.known else None)
    return best


def others(sources: Sequence[Source], vocabulary: Vocabulary, *, taken: Table) -> Iterator[str]:
    """The other sheets on which columns are known to us, as those of the table that was taken."""
    for source in sources:
        if source.sheet is not None and source.sheet != taken.source.sheet:
            tables = _tables(source, DELIMITERS, _known(vocabulary))
            if any(len(table.known) > 1 for table in tables):
                yield source.sheet


def _told(mapping: words.Mapping) -> _Knowing:
    return lambda header, _above, _under: columns.told(header, mapping.columns)


def _known(vocabulary: Vocabulary) -> _Knowing:
    return lambda header, above, under: sections.placed(
        columns.known(header, vocabulary), above=above, under=under
    )


def likeliest(sources: Sequence[Source], *, mapping: words.Mapping, name: str) -> Table:
    """The table under the widest row, or without a header where that row already holds an address."""
    for source in sources:
        tables = list(_tables(source, _delimiters(mapping, name=name), lambda *_: {}))
        best = max((table for table in tables if table.header_line), key=_width, default=None)
        if best and any("@" in cell for cell in best.header):
            return next(
                other for other in tables if not other.header_line and other.delimiter == best.delimiter
            )
        if best and _width(best):
            return best
    raise Unreadable(f"“{name}” has no rows. Export or save the list again.")


def _delimiters(mapping: words.Mapping, *, name: str) -> tuple[str, ...]:
    if mapping.delimiter is None:
        return DELIMITERS
    if mapping.delimiter not in DELIMITERS:
        raise Unreadable(
            f"“{name}” cannot be cut at “{mapping.delimiter}”; use a tab, a comma, a semicolon or “|”."
        )
    return (mapping.delimiter,)


def _width(table: Table) -> int:
    return sum(bool(columns.key(name)) and not name.startswith("Column ") for name in table.header)


def _tables(source: Source, delimiters: Sequence[str], know: _Knowing) -> Iterator[Table]:
    """Every table this could be: for each delimiter one under each of the first rows, and one without a header."""
    head = list(islice(source.lines(), _HEAD))
    for delimiter in delimiters:
        rows = list(_peek(head, delimiter))
        numbered = columns.unique([""] * max((len(cells) for _, cells in rows), default=0))
        headers = [(line, columns.unique(cells)) for line, cells in rows]
        for index, (line, header) in enumerate([*headers, (0, numbered)] if rows else []):
            above = tuple(cells for _, cells in rows[:index]) if line else ()
            yield Table(
                source=source,
                delimiter=delimiter,
                header=header,
                header_line=line,
                preamble=above,
                known=know(header, above, rows[index + 1][1] if line and index + 1 < len(rows) else ()),
            )


def _peek(head: Sequence[str], delimiter: str) -> Iterator[Row]:
    """The first rows, as far as they can be cut with this delimiter."""
    try:
        yield from records(head, delimiter)
    except Unreadable:
        return


def records(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """Cut lines into rows, blank ones left out; Unreadable where a limit is passed or a quotation is not closed."""
    passing = _Passing(lines)
    reader = csv.reader(passing, delimiter=delimiter, skipinitialspace=True)
    count = last = 0
    try:
        for cells in reader:
            line, last = last + 1, reader.line_num
            if last > line:
                _check_quotation(line, last, passing.quotes)
            passing.quotes = 0
            if any(cell and not cell.isspace() for cell in cells):
                count += 1
                check_count(count)
                _check_width(line, cells)
                yield line, cells
    except csv.Error as error:
        raise Unreadable(
            f"Line {last + 1} cannot be cut into columns: {error}. Save the list again as CSV."
        ) from None


class _Passing:
    """Lines on their way to the reader, with a count of the quotation marks in them."""

    __slots__ = ("_lines", "quotes")

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines
        self.quotes = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.quotes += line.count('"')
            yield line


def _check_quotation(first: int, last: int, quotes: int) -> None:
    """A quotation that is never closed would swallow the rest of the list without a word."""
    if quotes % 2 or last - first > MAX_LINES_OF_A_ROW:
        raise Unreadable(
            f"A quotation mark in line {first} is never closed, so the lines after it cannot be read."
        )


def _check_width(line: int, cells: Sequence[str]) -> None:
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"Line {line} has {len(cells):,} columns; a list may have {MAX_CELLS:,}.")


def check_count(rows: int) -> None:
    """Refuse a list that is too long to be one."""
    if rows > MAX_ROWS:
        raise Unreadable(f"The list has more than {MAX_ROWS:,} rows. Split it into several files.")
