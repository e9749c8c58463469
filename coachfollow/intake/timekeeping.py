"""Keeps what the rows say about everybody's time, and settles it into intervals or minutes at the end."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from coachfollow.intake.presence import Event, Presence, Stay
from coachfollow.intake.words import Sighting, Span


class Times:
    """Stays, log entries and stated seconds by person; only what a file has takes room."""

    def __init__(self) -> None:
        self._stays: dict[int, list[Stay]] = defaultdict(list)
        self._rejoins: dict[int, list[Stay]] = defaultdict(list)
        self._events: dict[int, list[Event]] = defaultdict(list)
        self._seconds: dict[int, int] = defaultdict(int)
        self._last: datetime | None = None

    def add(self, person: int, present: Presence) -> None:
        """Take what one row tells."""
        if present.stay:
            self._stays[person].append(present.stay)
            self._pass(present.stay)
        if present.event:
            self._events[person].append(present.event)
            self._pass((present.event[0], None))
        if present.seconds is not None:
            self._seconds[person] += present.seconds

    def add_rejoin(self, person: int, stay: Stay) -> None:
        """Take one stay; all of these together replace whatever else was said of this person's time."""
        self._rejoins[person].append(stay)
        self._pass(stay)

    def settle(self, person: int, seen: Sighting, *, closing: datetime | None) -> Sighting:
        """Tell the time of a person; an open stay ends at the closing, or with the last time in the file."""
        logged = _stays(self._events.get(person, ()))
        stays = self._rejoins.get(person) or [*self._stays.get(person, ()), *logged]
        spans = tuple(sorted(_closed(stay, closing or self._last) for stay in stays))
        if person in self._rejoins or person not in self._seconds:
            return replace(seen, intervals=spans) if spans else seen
        return replace(seen, minutes=(self._seconds[person] + sum(map(_length, spans))) // 60)

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
