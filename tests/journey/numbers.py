"""Reads the page of numbers: what it counts in all, and whose names stand behind a number."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.journey.visitors import Visitor

PEOPLE = ("never_started", "active", "paused", "finished", "stopped", "undeliverable")
FOLLOW_UPS = (
    *("on_time", "late", "missed", "open"),
    *("excused", "paused", "undeliverable", "not_yet_due"),
)
TOTALS = {"people": ("attended",), "follow_ups": ("due", "completed")}
_ON_THE_PAGE = {
    "paused": "paused_people",
    "undeliverable": "undeliverable_people",
}  # there are follow-ups so called


def shown(visitor: Visitor) -> Mapping[str, int]:
    """Give the numbers in all, as the page says them; nought has no names behind it."""
    found = {(query["what"], int(words)) for words, query in _links_to_names(visitor) if "key" not in query}
    assert len(dict(found)) == len(found), f"the page contradicts itself: {sorted(found)}"
    return dict(found)


def reported(total: Mapping[str, Any]) -> Mapping[str, int]:
    """Give the same of a report's total, under the names of the page."""
    people, asked = total["people"], total["follow_ups"]
    numbers = {one: asked[one] for one in (*FOLLOW_UPS, *TOTALS["follow_ups"])}
    numbers |= {_ON_THE_PAGE.get(one, one): people[one] for one in (*PEOPLE, *TOTALS["people"])}
    return {name: number for name, number in numbers.items() if number}


def names_behind(visitor: Visitor, what: str) -> list[str]:
    """Follow a number to the names behind it, and come back."""
    numbers = visitor.page.url
    visitor.open(next(address for _, address in visitor.page.links if f"what={what}&" in address))
    found = [row[0] for row in visitor.page.rows[1:]]
    visitor.open(numbers)
    return found


def _links_to_names(visitor: Visitor) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Give the numbers that link to names, and what each asks for."""
    for words, address in visitor.page.links:
        parts = urlsplit(address)
        if (
            parts.path == "/numbers/names" and words.isdigit()
        ):  # beside a large figure, its words are the link
            yield words, dict(parse_qsl(parts.query))
