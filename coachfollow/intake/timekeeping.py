"""Keeps what the rows say about everybody's time, and settles it into intervals or minutes at the end."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from coachfollow.intake.presence import Event, Presence, Stay
from coachfollow.intake.scratch import Scratch, Shares
from coachfollow.intake.words import Span


class Times:
    """Stays, log entries and stated seconds by person."""

    def __init__(self, scratch: Scratch) -> None:
        self._presences = Shares(scratch, pack=_packed, unpack=_unpacked)
        self._rejoins = Shares(scratch, pack=_packed_stay, unpack=_unpacked_stay)
        self._last: datetime | None = None

    def add(self, person: int, present: Presence) -> None:
        """Take what one row tells."""
        if present.stay:
            self._pass(present.stay)
        if present.event:
            self._pass((present.event[0], None))
        if present.stay or present.event or present.seconds is not None:
            self._presences.add(person, present)

    def add_rejoin(self, person: int, stay: Stay) -> None:
        """Take one stay; all of these together replace whatever else was said of this person's time."""
        self._rejoins.add(person, stay)
        self._pass(stay)

    def settle(self, person: int, *, closing: datetime | None) -> tuple[tuple[Span, ...], int | None]:
        """Tell a person's time as intervals or as minutes; an open stay ends at the closing, or with the file."""
        presences, rejoins = self._presences.of(person), self._rejoins.of(person)
        logged = _stays(one.event for one in presences if one.event)
        stays = rejoins or [*(one.stay for one in presences if one.stay), *logged]
        spans = tuple(sorted(_closed(stay, closing or self._last) for stay in stays))
        stated = [one.seconds for one in presences if one.seconds is not None]
        if rejoins or not stated:
            return spans, None
        return (), (sum(stated) + sum(map(_length, spans))) // 60

    def _pass(self, stay: Stay) -> None:
        reached = stay[1] or stay[0]
        self._last = max(self._last or reached, reached)


def _stays(events: Iterable[Event]) -> Iterator[Stay]:
    """Pair each leaving with the last joining before it: two devices give two stays, which overlap."""
    joined: list[datetime] = []
    for at, is_joining in sorted(events, key=lambda event: (event[0], not event[1])):
        if is_joining:
            joined.append(at)
        elif joined:  # who left without having joined was there for an unknown time: no time is counted
            yield joined.pop(), at
    yield from ((at, None) for at in joined)


def _closed(stay: Stay, closing: datetime | None) -> Span:
    joined, left = stay
    return joined, left or max(joined, closing or joined)


def _length(span: Span) -> int:
    return round((span[1] - span[0]).total_seconds())


def _packed(present: Presence) -> str:
    stay = _packed_stay(present.stay) if present.stay else ""
    at, is_joining = present.event or (None, False)
    return json.dumps([stay, at and at.isoformat(), is_joining, present.seconds])


def _unpacked(packed: str) -> Presence:
    stay, at, is_joining, seconds = json.loads(packed)
    return Presence(
        stay=_unpacked_stay(stay) if stay else None,
        event=(datetime.fromisoformat(at), is_joining) if at else None,
        seconds=seconds,
    )


def _packed_stay(stay: Stay) -> str:
    joined, left = stay
    return f"{joined.isoformat()} {left.isoformat() if left else ''}"


def _unpacked_stay(packed: str) -> Stay:
    joined, _, left = packed.partition(" ")
    return datetime.fromisoformat(joined), datetime.fromisoformat(left) if left else None
