"""Cuts long lists into pages; one row more than shown is read, to know whether there is a next page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import request

SIZE = 100
LAST = 100_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """What one page shows of a list."""

    number: int
    rows: Sequence[T]
    has_next: bool


def number() -> int:
    """The page that is asked for, counted from 1."""
    asked = request.args.get("page", "1")
    return min(max(1, int(asked)), LAST) if asked.isascii() and asked.isdigit() else 1


def window(size: int = SIZE) -> dict[str, int]:
    """How many rows to read, and from where."""
    return {"limit": size + 1, "offset": (number() - 1) * size}


def cut(items: Sequence[T], size: int = SIZE) -> Page[T]:
    """Make a page of a list that has been read as a whole."""
    first = (number() - 1) * size
    return page(items[first : first + size + 1], size)


def pages(items: Sequence[object], size: int = SIZE) -> int:
    """How many pages such a list fills."""
    return -(-len(items) // size)


def page(rows: Sequence[T], size: int = SIZE) -> Page[T]:
    """Make a page of the rows of its window."""
    return Page(number=number(), rows=rows[:size], has_next=len(rows) > size)
