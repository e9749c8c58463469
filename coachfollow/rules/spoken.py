"""Says days and moments in a reader's language; in English where the language is unknown."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache
from typing import TypeVar

from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone

OURS = "en_GB"
FULL = {OURS: "EEEE d MMMM y"}  # as the pages have it, without the comma
THIN = "\N{NARROW NO-BREAK SPACE}"  # of American times; some mail programs show a box for it

Words = TypeVar("Words")


def language(locale: str) -> str:
    """The language of a locale: `de` of `de-AT`, `de_AT` and `DE`."""
    return locale.replace("_", "-").partition("-")[0].lower()


def in_language(words: Mapping[str, Words], locale: str) -> Words:
    """Choose the words of this language, or the English ones where there are none."""
    return words.get(language(locale), words["en"])


def how_many(number: int, one: str, many: str | None = None) -> str:
    """1 row, 12 rows, 0 people: our own English, for numbers that are read as numbers."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


@lru_cache(maxsize=4096)
def day(day: date, locale: str) -> str:
    """A day in words."""
    return format_date(day, "long", locale=known(locale))


def moment(moment: datetime, *, zone: str, locale: str) -> str:
    """A time on the clocks of a zone, with the zone said."""
    name, local = known(locale), moment.astimezone(get_timezone(zone))
    clock = format_time(local, "short", locale=name).replace(THIN, "\N{NO-BREAK SPACE}")
    on = format_date(local, FULL.get(name, "full"), locale=name)
    return f"{on}, {clock} ({zone.replace('_', ' ')})"


@lru_cache(maxsize=512)
def known(locale: str) -> str:
    """A locale that Babel knows: the person's, their language alone (`de` of `de-PL`), or British English, ours."""
    for name in (locale.replace("-", "_"), language(locale)):
        with suppress(UnknownLocaleError, ValueError):
            format_date(date(2000, 1, 1), locale=name)
            return OURS if name == "en" else name
    return OURS
