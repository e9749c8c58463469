"""Reads dates and times as reports write them, and decides whether the day or the month comes first.

Field notes: the order follows the language of the organiser's account and is written nowhere. A number over 12 in
any row decides it; where none does, a person is asked, because a wrong guess moves every follow-up by months.
Dots are written day first in every language that uses them. Since 2023 a narrow space stands before AM and PM.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from coachfollow.intake.words import DateOrder, Question

_DAY = re.compile(
    r"(?P<first>\d{4}|\d{1,2})(?P<sign>[./-])\s?(?P<second>\d{1,2})(?P=sign)\s?(?P<third>\d{4}|\d{1,2})(?!\d)\.?"
    r"|(?P<day>\d{1,2})[ .-]{1,2}(?P<month>[A-Za-z]{3,9})[ .,-]{1,2}(?P<year>\d{4}|\d{2})(?!\d)"
    r"|(?P<month2>[A-Za-z]{3,9})\.? (?P<day2>\d{1,2}),? (?P<year2>\d{4})(?!\d)"
)
_TIME = re.compile(
    r"[,T\s]*(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?(?:[.,]\d{1,9})?"
    r"\s?(?P<half>[ap]\.?\s?m\.?)?\s?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEARS = range(2000, 2100)
_SHORT_YEARS = range(15, 60)  # two digits: no report is older, and a plan does not reach further
_NOON = 12
_SAMPLES = 3
_A_DAY = timedelta(days=1)

_NUMERIC = (DateOrder.DMY, DateOrder.MDY)
_PLACES = {DateOrder.DMY: (2, 1, 0), DateOrder.MDY: (2, 0, 1), DateOrder.YMD: (0, 1, 2)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The order of the dates in a file, or the question that has to be answered first; neither if it has none."""

    order: DateOrder | None = None
    question: Question | None = None


class Calendar:
    """Reads the dates of one file, each spelling once, as a report has many times on few days."""

    def __init__(self, order: DateOrder | None) -> None:
        self._order = order
        self._days: dict[str, date | None] = {}

    def day(self, text: str) -> date | None:
        """The date a text begins with, or None if it cannot be read in this order."""
        match = _DAY.match(text)
        return self._day(match) if match else None

    @property
    def span(self) -> tuple[date, date] | None:
        """From which day to which the moments are that were read so far."""
        days = [day for day in self._days.values() if day]
        return (min(days), max(days)) if days else None

    def given_day(self, text: str) -> date:
        """The date in a cell that has to hold one; ValueError says what is wrong."""
        day = self.day(text)
        if day is None:
            raise ValueError(f"“{text}” is not a date; write it like 2026-11-04")
        return day

    def moment(self, text: str) -> datetime | time | None:
        """A date with a time, a time alone where no date is written, or None; a zone that follows is dropped."""
        match = _DAY.match(text)
        at = _time(text[match.end() :] if match else text)
        if match is None or at is None:
            return at
        day = self._day(match)
        return datetime.combine(day, at) if day else None

    def _day(self, match: re.Match[str]) -> date | None:
        written = match[0]
        if written not in self._days:
            self._days[written] = _date(match, self._order)
        return self._days[written]


def is_day(text: str) -> bool:
    """Whether a text is a date without a time."""
    return _DAY.fullmatch(text) is not None


def spelling(text: str) -> str | None:
    """The date at the beginning of a text as it is written, if the order of its numbers is open to question."""
    match = _DAY.match(text)
    return match[0] if match and match["first"] and len(match["first"]) <= len("31") else None


def decide(
    spellings: Collection[str],
    *,
    answer: DateOrder | None,
    habit: DateOrder | None,
    expected: date | None = None,
) -> Ruling:
    """Settle the order over all dates: a person's answer, what they show, the day that is expected, the habit."""
    possible = [found for text in sorted(spellings) if (found := _orders(text))]
    shown = frozenset(_NUMERIC).intersection(*possible)
    if answer or not possible:
        return Ruling(order=answer or habit)
    if len(shown) == 1 or all(_is_twin(text) for text in spellings):
        return Ruling(order=min(shown))
    fitting = [order for order in _NUMERIC if order in shown and _fits(spellings, order, expected)]
    if len(fitting) == 1:
        return Ruling(order=fitting[0])
    if habit:
        return Ruling(order=habit)
    return Ruling(question=_either(spellings) if shown else _both(spellings))


def _fits(spellings: Collection[str], order: DateOrder, expected: date | None) -> bool:
    """Whether all dates are that day in this order, or the day before or after it, as another zone has it."""
    days = [Calendar(order).day(text) for text in spellings]
    return expected is not None and all(day and abs(day - expected) <= _A_DAY for day in days)


def _either(spellings: Collection[str]) -> Question:
    unclear = sorted(text for text in spellings if len(_orders(text)) > 1 and not _is_twin(text))
    day_first, month_first = (f"{Calendar(order).day(unclear[0]):%d %B %Y}".lstrip("0") for order in _NUMERIC)
    sentence = (
        f"“{unclear[0]}” can be {day_first} or {month_first}, and no date in this file shows which. "
        "Does the day or the month come first?"
    )
    return _question(sentence, unclear)


def _both(spellings: Collection[str]) -> Question:
    days = sorted(text for text in spellings if _orders(text) == {DateOrder.DMY})
    months = sorted(text for text in spellings if _orders(text) == {DateOrder.MDY})
    sentence = (
        f"This file has dates with the day first (“{days[0]}”) and with the month first (“{months[0]}”). "
        "Which is meant? Rows with the other will be left out."
    )
    return _question(sentence, [days[0], months[0]])


def _question(sentence: str, samples: list[str]) -> Question:
    options = tuple(order.value for order in _NUMERIC)
    return Question(kind="date_order", sentence=sentence, options=options, samples=tuple(samples[:_SAMPLES]))


def _orders(text: str) -> frozenset[DateOrder]:
    """The orders in which a date in numbers is a date at all."""
    match = _DAY.fullmatch(text)
    return frozenset(order for order in _NUMERIC if match and _date(match, order))


def _is_twin(text: str) -> bool:
    """Whether day and month are the same number, so that the order does not matter."""
    match = _DAY.fullmatch(text)
    return match is not None and match["first"] is not None and int(match["first"]) == int(match["second"])


def _date(match: re.Match[str], order: DateOrder | None) -> date | None:
    if match["first"] is None:
        month = (match["month"] or match["month2"])[:3].lower()
        number = _MONTHS.index(month) + 1 if month in _MONTHS else 0
        return _real(match["year"] or match["year2"], number, int(match["day"] or match["day2"]))
    if len(match["first"]) > len("31"):
        order = DateOrder.YMD
    if order is None or (match["sign"] == "." and order is DateOrder.MDY):
        return None
    parts = match["first"], match["second"], match["third"]
    year, month_at, day_at = _PLACES[order]
    return _real(parts[year], int(parts[month_at]), int(parts[day_at]))


def _real(year: str, month: int, day: int) -> date | None:
    number = int(year)
    if len(year) < len("2026"):
        number = number + 2000 if number in _SHORT_YEARS else 0
    try:
        return date(number, month, day) if number in _YEARS else None
    except ValueError:
        return None


def _time(text: str) -> time | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour = int(match["hour"])
    if match["half"] and hour <= _NOON:  # “13:05 PM” is seen, and means what it says
        hour = hour % _NOON + (_NOON if match["half"][0] in "pP" else 0)
    try:
        return time(hour, int(match["minute"]), int(match["second"] or 0))
    except ValueError:
        return None
