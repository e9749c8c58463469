"""Reads the single values of a programme's file: keys, numbers, times, choices, and texts per language."""

import re
from collections.abc import Callable, Collection
from datetime import time
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from coachfollow.intake.programme_nodes import Spot, Unusable, fields, named, scalar

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

KEYS = "use a few small letters, digits and single hyphens"

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,6}")
_DECIMAL = re.compile(r"[0-9]{0,3}(\.[0-9]{1,6})?")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_SESSION = re.compile(r"[1-9][0-9]?")
_LONGEST_SLUG = 60


def slug(spot: Spot) -> str:
    """A key; one with a mistake in it is kept as it is, so that whoever refers to it still finds it."""
    key = scalar(spot)
    if not is_slug(key):
        spot.note(f"“{key[:_LONGEST_SLUG]}” is no key; {KEYS}")
    return key


def is_slug(key: str) -> bool:
    """Whether it can be a key: it stands in addresses, files and logs."""
    return len(key) <= _LONGEST_SLUG and _SLUG.fullmatch(key) is not None


def language(spot: Spot) -> str:
    """A language code."""
    code = scalar(spot)
    if not is_language(code):
        spot.note(f"“{code[:20]}” is no language code; write for example en, de or pt-BR")
    return code


def is_language(code: str) -> bool:
    """Whether it can be the code of a language."""
    return _LANGUAGE.fullmatch(code) is not None


def whole(low: int, high: int) -> Callable[[Spot], int]:
    """A reader of whole numbers in a range."""

    def reader(spot: Spot) -> int:
        said = scalar(spot)
        if not _WHOLE.fullmatch(said) or not low <= int(said) <= high:
            raise Unusable(f"“{said[:20]}” must be a whole number from {low} to {high}")
        return int(said)

    return reader


def share(spot: Spot) -> float:
    """A share of the whole, above 0 and up to 1."""
    said = scalar(spot)
    if not _DECIMAL.fullmatch(said) or not 0 < float(said) <= 1:
        raise Unusable(f"“{said[:20]}” must be a number above 0 and up to 1; 0.8 means 80 of 100")
    return float(said)


def flag(spot: Spot) -> bool:
    """True or false."""
    said = scalar(spot).lower()
    if said not in {"true", "false", "yes", "no"}:
        raise Unusable(f"“{said[:20]}” must be true or false")
    return said in {"true", "yes"}


def wall_time(spot: Spot) -> time:
    """A local time of day."""
    found = _TIME.fullmatch(scalar(spot))
    if found is None:
        raise Unusable(f"“{scalar(spot)[:20]}” is no time of day; write for example 09:00 or 16:30")
    return time(int(found[1]), int(found[2]))


def which_session(spot: Spot) -> str:
    """The first session, the last, or its number counted from 1."""
    said = scalar(spot)
    if said not in {"first", "last"} and not _SESSION.fullmatch(said):
        raise Unusable(f"“{said[:20]}” is no session; write first, last or its number, counted from 1")
    return said


def word(known: Collection[str]) -> Callable[[Spot], str]:
    """A reader of one word of a closed set; a near miss is noted and read as what it meant."""

    def reader(spot: Spot) -> str:
        said = scalar(spot)
        meant = said if said in known else next(iter(get_close_matches(said, list(known), n=1)), None)
        if meant is None:
            use = f"use one of {', '.join(known)}" if known else "there are none in this programme"
            raise Unusable(f"“{said[:40]}” is unknown; {use}")
        if meant != said:
            spot.note(f"“{said[:40]}” is unknown; did you mean “{meant}”?")
        return meant

    return reader


def choice(kinds: type[E]) -> Callable[[Spot], E]:
    """The same for one of our own closed sets."""
    return lambda spot: kinds(word([kind.value for kind in kinds])(spot))


def by_language(languages: Collection[str], reader: Callable[[Spot], T]) -> Callable[[Spot], dict[str, T]]:
    """A reader of something written in every language; each that is missing is a mistake of its own.

    Without languages (their list could not be read) it takes those it finds, so that these are read too.
    """

    def read_all(spot: Spot) -> dict[str, T]:
        wanted = languages or [name for name, _ in named(spot)]
        given = fields(spot, wanted)
        absent = f"is missing; the programme is written in {', '.join(wanted)}"
        texts = {code: given.need(code, reader, None, absent=absent) for code in wanted}
        return {code: text for code, text in texts.items() if text is not None}

    return read_all
