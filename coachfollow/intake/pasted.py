"""Cuts pasted names and addresses apart: “Anna Example <anna@…>”, cells of a spreadsheet, one a line or many."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coachfollow.intake import addresses, names, values
from coachfollow.intake.words import Problem, Sighting

LONGEST = 200_000

_TOKEN = re.compile(r"[^\s<>,;|\"()\[\]]+")
_CELLS = re.compile(r"[\t;|]")
_EDGES = " \t\r\n<>,;|\"'()[]:"


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    address: str


def people(lines: Iterable[str]) -> Iterator[Sighting | Problem]:
    """Everybody in the text, each with a line of their own: the real one where a line names one person."""
    number = 0
    for line, text in enumerate(lines, start=1):
        for entry in _entries(text):
            number = max(line, number + 1)
            yield _person(entry, number)


def _person(entry: _Entry, line: int) -> Sighting | Problem:
    try:
        email = addresses.address(entry.address) if entry.address else None
    except ValueError as error:
        return Problem(line=line, column=None, sentence=f"{error}.")
    return Sighting(line=line, name=names.tidy(entry.name)[: values.LONGEST], email=email)


def _entries(line: str) -> Iterator[_Entry]:
    """Each address with the name before it, or after it where the line begins with an address."""
    found = [match for match in _TOKEN.finditer(line) if "@" in match[0]]
    if not found:
        yield from (_Entry(name, "") for name in _names(line))
        return
    ends = [0, *(match.end() for match in found)]
    starts = [*(match.start() for match in found), len(line)]
    between = [_name(line[end:start]) for end, start in zip(ends, starts, strict=True)]
    beside = between if between[0] else between[1:]
    yield from (_Entry(name, match[0]) for name, match in zip(beside, found, strict=False))


def _name(text: str) -> str:
    """The name in the cells before an address: the first cell, or two of one word each."""
    cells = _filled(_CELLS.split(text))
    if cells and not set(" ,") & set(cells[0]):
        return " ".join(cells[:2])
    return cells[0] if cells else ""


def _names(line: str) -> list[str]:
    """The names in a line without an address; “Example, Anna” is one, “Anna Example, Ben Other” are two."""
    cells = _filled(_CELLS.split(line))
    pieces = _filled(line.split(","))
    is_list = len(pieces) > len(("Last", "First")) or all(" " in piece for piece in pieces)
    return pieces if len(cells) == 1 and is_list else cells


def _filled(parts: Iterable[str]) -> list[str]:
    return [text for part in parts if (text := values.clean(part).strip(_EDGES))]
