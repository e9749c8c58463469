"""Reads the form of a new group: every mistake with its field, what was typed comes back."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import TypeVar

from coachfollow.errors import Invalid
from coachfollow.flow.cohorts import Meeting
from coachfollow.intake import addresses
from coachfollow.rules.days import of_training

MOST_SESSIONS = 12
FIRST_SESSIONS = 3
LONGEST_SESSION = 24 * 60


_IN_ASCII = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "œ": "oe", "ø": "oe", "ł": "l", "đ": "d"}
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGroup:
    """What the form says of a new group; numbers that were left empty leave the rule to the programme."""

    title: str
    key: str
    programme: str
    zone: str
    meetings: tuple[Meeting, ...]
    coaches: tuple[str, ...]
    attended_minutes: int | None
    attended_sessions: int | None
    target: float | None
    announced: bool


@dataclass(slots=True)
class _Fields:
    """The typed values, and what was wrong with them."""

    values: Mapping[str, str]
    problems: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.values.get(name, "").strip()

    def needed(self, name: str, sentence: str) -> str:
        said = self.text(name)
        if not said:
            self.problems[name] = sentence
        return said

    def read(self, name: str, reader: Callable[[str], T], sentence: str = "") -> T | None:
        """What the reader makes of a field; nothing where it is empty, a problem where it cannot be read.

        Without a sentence the problem is what the reader says itself.
        """
        said = self.text(name)
        try:
            return reader(said) if said else None
        except ValueError as error:
            self.problems[name] = sentence or str(error)
            return None


def parse(values: Mapping[str, str], *, sessions: int) -> tuple[NewGroup | None, Mapping[str, str]]:
    """Give the group the form describes, or a sentence for each field that is in the way."""
    fields = _Fields(values)
    title = fields.needed("title", "Give the group a name that people recognise.")
    group = NewGroup(
        title=title[:200],
        key=slug(fields.text("key") or title),
        programme=fields.needed("programme", "Choose a programme."),
        zone=fields.needed("zone", "Say in which time zone the sessions take place."),
        meetings=_meetings(fields, sessions),
        coaches=_coaches(fields),
        attended_minutes=fields.read("minutes", _whole(1, LONGEST_SESSION), "A number of minutes, like 30."),
        attended_sessions=fields.read("attend", _whole(1, MOST_SESSIONS), "A number of sessions, like 1."),
        target=fields.read("target", _percent, "A share in per cent, from 0 to 100."),
        announced=fields.text("announced") == "yes",
    )
    return (None, fields.problems) if fields.problems else (group, {})


def parse_session(values: Mapping[str, str]) -> tuple[Meeting | None, Mapping[str, str]]:
    """Give the one session the form describes, or a sentence for each field that is in the way."""
    fields = _Fields(values)
    fields.needed("day-1", "Say on which day it takes place.")
    meeting = _meeting(fields, 1)
    return (None, fields.problems) if fields.problems else (meeting, {})


def demand_address(text: str) -> None:
    """Refuse what cannot be a mail address; raises Invalid."""
    sentence = _wrong_with(text) if text else "Write the coach's mail address."
    if sentence:
        raise Invalid(sentence, {"coach": sentence})


def slug(text: str) -> str:
    """A short name for files and commands: “Spring group, Köln” is spring-group-koeln."""
    written = unicodedata.normalize("NFC", text).casefold().translate(_IN_ASCII)
    plain = "".join(one for one in unicodedata.normalize("NFKD", written) if not unicodedata.combining(one))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or "group"


def _meetings(fields: _Fields, sessions: int) -> tuple[Meeting, ...]:
    found = [one for number in range(1, sessions + 1) if (one := _meeting(fields, number))]
    named = any(name.startswith("day-") for name in fields.problems)
    if not found and not named:
        fields.problems["day-1"] = "A group needs at least one session: say when it takes place."
    return tuple(found)


def _meeting(fields: _Fields, number: int) -> Meeting | None:
    day = fields.read(f"day-{number}", of_training)
    at = fields.read(f"at-{number}", time.fromisoformat, "Write the time like 09:00.")
    if day is None:
        return None
    lasts = fields.read(
        f"lasts-{number}", _whole(1, LONGEST_SESSION), "How many minutes does it last? For example 180."
    )
    begins = datetime.combine(day, (at or time(9, 0)).replace(tzinfo=None))
    return Meeting(begins=begins, minutes=lasts or 180, title=fields.text(f"topic-{number}")[:200])


def _coaches(fields: _Fields) -> tuple[str, ...]:
    written = dict.fromkeys(re.split(r"[\s,;]+", fields.text("coaches").lower()))
    found = tuple(one for one in written if one)
    odd = next((sentence for one in found if (sentence := _wrong_with(one))), None)
    if odd:
        fields.problems["coaches"] = f"{odd} Write one on each line."
    return found


def _wrong_with(text: str) -> str:
    """Say why this is not a mail address; nothing where it is one."""
    try:
        addresses.address(text)
    except ValueError as error:
        return f"{error}."
    return ""


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise ValueError(text)
        return number

    return read


def _percent(text: str) -> float:
    number = float(text.removesuffix("%").strip().replace(",", "."))
    if not 0 <= number <= 100:  # noqa: PLR2004  # per cent
        raise ValueError(text)
    return number / 100
