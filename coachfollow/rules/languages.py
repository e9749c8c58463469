"""Chooses among the languages in which somebody has written a text."""

from collections.abc import Mapping
from typing import TypeVar

Text = TypeVar("Text")


def order(locale: str, *, own: str) -> tuple[str, str, str]:
    """The languages to try for a reader: theirs, its base (`de` of `de-AT`), and the text's own."""
    return locale, locale.partition("-")[0], own


def best(texts: Mapping[str, Text], *, locale: str, own: str) -> Text:
    """Give the text in the first of these languages in which it is written; it always is in its own."""
    theirs, base, _ = order(locale, own=own)
    return texts.get(theirs) or texts.get(base) or texts[own]
