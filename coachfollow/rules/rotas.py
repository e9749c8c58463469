"""Weeks that take turns: rotating shifts, read from text such as “mon-fri 06:00-14:00 / off from 2026-03-02”."""

import re
from dataclasses import dataclass
from datetime import date

from coachfollow.rules import weeks
from coachfollow.rules.days import monday
from coachfollow.rules.weeks import DAY_OFF, Span, WorkingWeek

FREE = "off"

_EXAMPLE = "early: mon-fri 06:00-14:00 / late: mon-fri 14:00-22:00 from 2026-03-02"
_START = re.compile(r"\bfrom\s+(\S+)\s*$", re.IGNORECASE)
_NAME = re.compile(r"\s*([^\W\d_][^:;,/\d]*):")


@dataclass(frozen=True, slots=True)
class Turn:
    """One week of a rota, with the name of its shift if it has one; without a week it is free."""

    week: WorkingWeek | None
    name: str = ""

    def __str__(self) -> str:
        hours = FREE if self.week is None else weeks.format_week(self.week)
        return f"{self.name}: {hours}" if self.name else hours


@dataclass(frozen=True, slots=True)
class Rota:
    """Weeks that take turns, Monday to Sunday; the first of them is the week in which `start` lies."""

    turns: tuple[Turn, ...]
    start: date

    def __post_init__(self) -> None:
        if not any(turn.week for turn in self.turns):
            raise ValueError(f"no week of this rota has working hours; write for example “{_EXAMPLE}”")

    def on(self, day: date) -> tuple[Span, ...]:
        """The working hours of one day."""
        week = self._turn(day).week
        return week.on(day) if week else ()

    @property
    def usual(self) -> "Rota":
        """The same: no leave is known of."""
        return self

    def off(self, day: date) -> str:
        """Why nobody who keeps this rota works on a day without hours."""
        week = self._turn(day).week
        return week.off(day) if week else DAY_OFF

    def _turn(self, day: date) -> Turn:
        begins = monday(self.start)
        return self.turns[(day - begins).days // 7 % len(self.turns)]


def parse(text: str) -> WorkingWeek | Rota:
    """Read a working week, or several that take turns; ValueError says what is wrong."""
    found = _START.search(text)
    turns = (text[: found.start()] if found else text).split("/")
    if found is None and len(turns) == 1:
        return weeks.parse_week(text)
    if found is None:
        raise ValueError(
            f"weeks that take turns need a day on which the first begins; write for example “{_EXAMPLE}”"
        )
    return Rota(tuple(map(_turn, turns)), _day(found[1]))


def canonical(text: str) -> str:
    """Write a week, or weeks that take turns, in the one way in which they are kept; ValueError as `parse`."""
    said = parse(text)
    if isinstance(said, WorkingWeek):
        return weeks.format_week(said)
    return f"{' / '.join(map(str, said.turns))} from {said.start.isoformat()}"


def _turn(text: str) -> Turn:
    found = _NAME.match(text)
    name, hours = (found[1].strip(), text[found.end() :]) if found else ("", text)
    if not hours.strip():
        raise ValueError(f"between two “/” stands no week; write “{FREE}” for a week without work")
    free = hours.strip().casefold() == FREE
    return Turn(None if free else weeks.parse_week(hours), name)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"“{text}” is not a day on which a rota can begin; write it like 2026-03-02"
        ) from None
