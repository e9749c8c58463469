"""Reads the cells of one row by what they mean, and remembers what was wrong with them."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from coachfollow.intake import addresses, names, values
from coachfollow.intake.words import Field, Problem

T = TypeVar("T")


class Cells:
    """One row; each wrong cell becomes a sentence, and a row with a sentence is left out."""

    __slots__ = ("_faults", "_texts", "line")

    def __init__(self, line: int, cells: Sequence[str], columns: Mapping[Field, int]) -> None:
        self.line = line
        self._texts: dict[Field, str] = {}
        self._faults: dict[Field, str] = {}
        for field, place in columns.items():
            text = values.clean(cells[place]) if place < len(cells) else ""
            if len(text) > values.LONGEST:
                self.fault(
                    field, f"“{text[:40]}…” is longer than the {values.LONGEST} characters a cell may have"
                )
            elif text:
                self._texts[field] = text

    def text(self, field: Field) -> str:
        """What the cell says; empty where it says nothing."""
        return self._texts.get(field, "")

    def read(self, field: Field, parse: Callable[[str], T]) -> T | None:
        """What the cell means, or None where it says nothing or cannot be understood."""
        text = self._texts.get(field)
        if text is None:
            return None
        try:
            return parse(text)
        except ValueError as error:
            self.fault(field, str(error))
            return None

    def address(self, field: Field) -> str | None:
        """The e-mail address in a cell."""
        return self.read(field, addresses.address)

    def name(self, parse: Callable[[str], str] = names.tidy) -> str:
        """The name of the person, of one column or of two."""
        whole = self.text(Field.NAME)
        if whole:
            return parse(whole)
        return names.joined(self.text(Field.FIRST_NAME), self.text(Field.LAST_NAME))

    def fault(self, field: Field, sentence: str) -> None:
        """Remember what is wrong with a cell; the first sentence about it stands."""
        self._faults.setdefault(field, sentence)

    def problem(self, header: Sequence[str], columns: Mapping[Field, int]) -> Problem | None:
        """Everything that is wrong with the row, under the column of the first fault."""
        if not self._faults:
            return None
        index = columns.get(next(iter(self._faults)))
        sentence = "; ".join(self._faults.values())
        return Problem(
            line=self.line,
            column=None if index is None else header[index],
            sentence=sentence if sentence.endswith("?") else f"{sentence}.",
        )
