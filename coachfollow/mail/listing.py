"""Writes what a mail lists: titled sections of lines, each with its link, as plain text and as a piece of HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coachfollow.mail import templates


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: whom or what it is about, where that is, and what to know of it."""

    text: str
    url: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Lines under a title, which `_listing.<language>.txt` has by its key; `more` are those there is no room for."""

    key: str
    lines: tuple[Line, ...]
    more: int = 0


def values(sections: Sequence[Section], *, locale: str) -> Mapping[str, str]:
    """Give the values of the blanks `listing` and `listing_html`."""
    context = {"sections": sections, "language": templates.language(locale)}
    return {
        "listing": templates.text("_listing.txt", context).strip(),
        "listing_html": str(templates.piece("_listing.html", context)),
    }
