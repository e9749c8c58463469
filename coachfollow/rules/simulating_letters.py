"""What comes to one reader of a simulation, and what becomes of it, as values."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum, auto
from typing import NamedTuple

from coachfollow.rules.kinds import Cause, MessageKind
from coachfollow.rules.planning import Planned
from coachfollow.rules.slots_values import Meeting


class Became(StrEnum):
    """What became of something that wanted an answer."""

    ON_TIME = auto()
    LATE = auto()
    MISSED = auto()
    NOT_SENT = auto()


@dataclass(frozen=True, slots=True)
class Asked:
    """One date of a reader: its reminders, how long its answer takes (None: never), its meeting."""

    planned: Planned
    reminders: tuple[datetime, ...]
    delay: timedelta | None
    meeting: Meeting | None = None
    told_at: datetime | None = None  # that the coach will call, as no time was found


class Mail(NamedTuple):
    """A mail in the outbox; `wanted_at` is when it was first meant to leave. Its key is the same for everybody."""

    key: int
    kind: MessageKind
    about: int
    send_at: datetime
    wanted_at: datetime
    expires_at: datetime


@dataclass(slots=True)
class Letter:
    """One mail that left: on which local day, and what its parts are, the first of which leads."""

    day: date
    kinds: tuple[MessageKind, ...]


@dataclass(slots=True)
class Read:
    """All that became of one reader's mails."""

    letters: list[Letter] = field(default_factory=list)
    became: Counter[Became] = field(default_factory=Counter)
    adapted: Counter[Cause] = field(default_factory=Counter)
    waited: int = 0
    dropped: int = 0
    rests: list[tuple[date, date | None]] = field(default_factory=list)  # from when to when nothing reminds

    @property
    def silent(self) -> bool:
        """Whether reminders rested at some time."""
        return bool(self.rests)

    @property
    def merged(self) -> int:
        """Mails that left as a part of another."""
        return sum(len(letter.kinds) - 1 for letter in self.letters)

    @property
    def is_over(self) -> bool:
        """Whether there was more at some time than the limits allow."""
        return bool(self.merged or self.waited or self.dropped)
