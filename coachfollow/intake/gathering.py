"""Puts the rows of one person together: one sighting for each, however often they left and came back."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime

from coachfollow.intake import matching
from coachfollow.intake.presence import Presence, Stay
from coachfollow.intake.timekeeping import Times
from coachfollow.intake.words import Problem, Sighting

_OF_THE_ROW = {"line", "intervals", "minutes"}
_FACTS = tuple(fact.name for fact in fields(Sighting) if fact.name not in _OF_THE_ROW)


class Gathering:
    """The people seen so far, one small record each.

    An address, a user name or an id says who somebody is; the name does so only where a row has none of these.
    """

    def __init__(self) -> None:
        self._people: list[Sighting] = []
        self._places: dict[str, int] = {}
        self._by_name: dict[str, int] | None = None
        self._times = Times()
        self.notes: list[Problem] = []

    def add(self, seen: Sighting, present: Presence) -> None:
        """Take one row about somebody."""
        keys = list(_keys(seen))
        place = next((self._places[key] for key in keys if key in self._places), None)
        if place is None:
            place = len(self._people)
            self._people.append(seen)
        else:
            self._merge(place, seen)
        for key in keys:
            self._places.setdefault(key, place)
        self._times.add(place, present)

    def add_rejoin(self, seen: Sighting, stay: Stay) -> None:
        """Take one stay of somebody named before, by address or else by a name that is theirs alone."""
        place = self._places.get(seen.email or "")
        if place is None:
            place = self._names().get(matching.match_key(seen.name))
        if place is None:
            self.add(seen, Presence(stay=stay))
        else:
            self._times.add_rejoin(place, stay)

    def sightings(self, *, closing: datetime | None) -> Iterator[Sighting]:
        """Everybody, in the order of the file; who never left did so at the closing, or when the file ends."""
        for place, seen in enumerate(self._people):
            yield self._times.settle(place, seen, closing=closing)

    def note(self, line: int, sentence: str) -> None:
        """Remember something about a row that was taken and deserves a look."""
        self.notes.append(Problem(line=line, column=None, sentence=sentence))

    def _names(self) -> dict[str, int]:
        if self._by_name is None:
            keys = [matching.match_key(seen.name) for seen in self._people]
            times = Counter(keys)
            self._by_name = {key: place for place, key in enumerate(keys) if times[key] == 1}
        return self._by_name

    def _merge(self, place: int, again: Sighting) -> None:
        first = self._people[place]
        self._note_differences(first, again)
        missing = [fact for fact in _FACTS if not getattr(first, fact)]
        news = {fact: found for fact in missing if (found := getattr(again, fact))}
        if news:
            self._people[place] = replace(first, **news)

    def _note_differences(self, first: Sighting, again: Sighting) -> None:
        who = first.email or first.upn or first.external_id or first.name
        for one, other in _differences(first, again):
            difference = f"{one} in line {first.line} and {other} here"
            self.note(again.line, f"{who} is {difference}; what line {first.line} says was taken.")


def _differences(first: Sighting, again: Sighting) -> Iterator[tuple[str, str]]:
    """What two rows about the same person say differently; a name may be spelt in several ways."""
    names = {
        matching.match_key(seen.name) for seen in (first, again) if first.name != again.name and seen.name
    }
    if len(names) > 1:
        yield f"“{first.name}”", f"“{again.name}”"
    if again.email and first.email not in {None, again.email}:
        yield f"{first.email}", again.email
    if again.status and first.status not in {None, again.status}:
        yield f"{first.status}", again.status


def _keys(seen: Sighting) -> Iterator[str]:
    """What identifies somebody; the marks in front keep an id or a name apart from an address that looks like it."""
    yield from filter(None, (seen.email, seen.upn))
    if seen.external_id:
        yield f"#{seen.external_id}"
    if not (seen.email or seen.upn or seen.external_id):
        yield f" {matching.match_key(seen.name)}"
