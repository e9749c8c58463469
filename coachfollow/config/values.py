"""Reads the value of a setting; a ValueError says what is wrong with it, as the end of a sentence."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

SHORTEST_SECRET = 32
FEWEST_CHARACTERS = 8  # different ones: “changeme” and “password” over and over have seven


def text(value: str) -> str:
    """Any text."""
    return value


def optional(value: str) -> str | None:
    """Any text, or nothing."""
    return value or None


def secret(value: str) -> str:
    """A secret that is long enough, and not a word over and over."""
    _long(value)
    if len(set(value)) < FEWEST_CHARACTERS:
        raise ValueError("is easily guessed; make one with: openssl rand -base64 48")
    return value


def secrets(value: str) -> tuple[str, ...]:
    """Earlier secrets, separated by commas; whoever leaves an easily guessed one behind needs it here."""
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if len(value) >= SHORTEST_SECRET and all(len(part) < SHORTEST_SECRET for part in parts):
        return (value,)  # one passphrase with commas in it
    return tuple(map(_long, parts))


def _long(value: str) -> str:
    if len(value) < SHORTEST_SECRET:
        raise ValueError(
            f"is shorter than {SHORTEST_SECRET} characters; make one with: openssl rand -base64 48"
        )
    return value


def url(value: str) -> str:
    """An address of the web, without a slash at its end."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("is not an address like https://followup.example.org")
    return value.rstrip("/")


def redis(value: str) -> str | None:
    """The address of a Redis, or nothing."""
    if value and urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("is not an address like redis://localhost:6379/0")
    return value or None


def database(value: str) -> str:
    """The address of a database, in the spelling of SQLAlchemy."""
    if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("is neither sqlite:///… nor postgresql://…")
    return value.replace("postgresql://", "postgresql+psycopg://", 1)


def zone(value: str) -> str:
    """A time zone."""
    if value not in _zones():
        raise ValueError(f"is not a time zone: {value!r}; write it like Europe/Berlin")
    return value


@cache
def _zones() -> set[str]:
    """Every zone there is; looking for them goes through six hundred files."""
    return available_timezones()


def address(value: str) -> str:
    """A mail address."""
    local, at, domain = value.partition("@")
    if not (local and at and domain) or any(char.isspace() for char in value):
        raise ValueError("is not a mail address like followup@example.org")
    return value


def optional_address(value: str) -> str:
    """A mail address, or nothing."""
    return address(value) if value else ""


def one_of(*allowed: str) -> Callable[[str], str]:
    """One of these words, in any case."""

    def parse(value: str) -> str:
        if value.lower() not in allowed:
            raise ValueError(f"is {value!r}; it can be {', '.join(allowed)}")
        return value.lower()

    return parse


def choices(names: tuple[str, ...], allowed: tuple[str, ...]) -> Callable[[str], tuple[tuple[str, str], ...]]:
    """Some of these names, each with one of these words, separated by commas."""

    def parse(value: str) -> tuple[tuple[str, str], ...]:
        chosen = {}
        for part in filter(None, map(str.strip, value.lower().split(","))):
            name, _, word = map(str.strip, part.partition("="))
            if name not in names or word not in allowed:
                raise ValueError(
                    f"has {part!r}; write it like {names[0]}={allowed[-1]}, with {', '.join(names)}"
                )
            chosen[name] = word
        return tuple(chosen.items())

    return parse


def number(least: int, most: int) -> Callable[[str], int]:
    """A whole number within these bounds."""

    def parse(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise ValueError(f"is {value!r}; it must be a whole number from {least} to {most}")
        return int(value)

    return parse


def path(value: str) -> Path:
    """A folder or file, in full."""
    return Path(value).expanduser().resolve()


def flag(value: str) -> bool:
    """Yes or no."""
    return one_of("yes", "no")(value) == "yes"
