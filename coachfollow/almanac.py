"""The only module that knows the `holidays` library: which days are public holidays where, as plain values.

A region is written “DE” or “DE-BY”: a country, and a part of it where its holidays differ.
"""

import difflib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import holidays
from holidays.registry import COUNTRIES

YEARS_AHEAD = 3  # plans run for half a year, and training is planned a year ahead


def region(country: str, part: str = "") -> str:
    """Give a region by codes or English names of a country and a part of it; ValueError says what is wrong."""
    code, _, half = country.strip().partition("-")
    found = _countries().get(_key(code)) or _countries().get(_key(country))
    if found is None:
        raise ValueError(f"“{country.strip()}” is no country whose holidays we know; {_hint(country)}")
    wanted = part.strip() or (half.strip() if _key(code) in _countries() else "")
    return f"{found}-{_part(found, wanted)}" if wanted else found


def _part(country: str, wanted: str) -> str:
    code = wanted.rpartition("-")[2] if wanted.upper().startswith(f"{country}-") else wanted
    found = _parts(country).get(_key(code))
    if found is None:
        known = ", ".join(sorted(set(_parts(country).values()))[:20]) or "none: leave it empty"
        raise ValueError(f"“{wanted}” is no part of {country} with holidays of its own; we know {known}")
    return found


@lru_cache(maxsize=256)
def days(region: str, first_year: int) -> Mapping[date, str]:
    """The public holidays of a region from a year on, for some years, by name, in English where we can."""
    country, _, part = region.partition("-")
    years = range(first_year, first_year + YEARS_AHEAD + 1)
    found = holidays.country_holidays(country, subdiv=part or None, years=years, language="en_US")
    return MappingProxyType(dict(found.items()))


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    """Codes by name and by themselves."""
    known = {_key(name): codes[1] for name, codes in COUNTRIES.items()}
    return known | {_key(code): code for code in known.values()}


@lru_cache(maxsize=64)
def _parts(country: str) -> Mapping[str, str]:
    calendar = holidays.country_holidays(country)
    names = {_key(name): code for name, code in calendar.subdivisions_aliases.items()}
    return names | {_key(code): code for code in calendar.subdivisions}


def _hint(country: str) -> str:
    near = difflib.get_close_matches(_key(country), _countries(), n=1, cutoff=0.8)
    return f"did you mean {_countries()[near[0]]}?" if near else "write a code like DE, GB or IN"


def _key(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
