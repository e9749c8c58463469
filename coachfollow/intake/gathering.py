"""Puts the rows of one person together: one sighting for each, however often they left and came back."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from coachfollow.intake import matching
from coachfollow.intake.namesakes import Namesakes
from coachfollow.intake.presence import NOTHING, Presence, Stay
from coachfollow.intake.scratch import Pile, Register, Scratch, Stored
from coachfollow.intake.timekeeping import Times
from coachfollow.intake.words import Problem, Sighting, Span
from coachfollow.rules.kinds import AttendanceState

_OF_THE_ROW = {"line", "intervals", "minutes"}
_FACTS = tuple(fact.name for fact in fields(Sighting) if fact.name not in _OF_THE_ROW)
_KEPT = ("line", *_FACTS)
_kept = attrgetter(*_KEPT)
_Kept = Sequence[Any]

MOST_SHOWN = 10  # what is wrong with every row of a file is seen in ten of them


class Gathering:
    """The people seen so far, and what was wrong; all of it on disk.

    An address, a user name or an id says who somebody is; the name does so only where a row has none of these.
    """

    def __init__(self) -> None:
        scratch = Scratch()
        self._people: Pile[_Kept] = Pile(scratch, pack=json.dumps, unpack=json.loads)
        self._places = Register(scratch)
        self._times = Times(scratch)
        self._namesakes: Namesakes | None = None  # of those named before the first re-join
        self.doubled = 0  # rows that name somebody again and say nothing of time
        self.contradicted: list[int] = []  # the first lines that say something else than an earlier one
        self.problems = Pile(scratch, pack=_packed_problem, unpack=_unpacked_problem)
        self.notes = Pile(scratch, pack=_packed_problem, unpack=_unpacked_problem)

    def add(self, seen: Sighting, present: Presence) -> None:
        """Take one row about somebody."""
        keys = list(_keys(seen))
        place = next((place for place in map(self._places.get, keys) if place is not None), None)
        if place is None:
            place = self._people.append(_kept(seen))
        else:
            self._merge(place, seen)
            self.doubled += present == NOTHING
        for key in keys:
            self._places.keep(key, place)
        self._times.add(place, present)

    def add_rejoin(self, seen: Sighting, stay: Stay) -> None:
        """Take one stay of somebody named before, by address or else by a name that is theirs alone."""
        place = self._places.get(seen.email or "")
        if place is None:
            place = self._named(seen.name)
        if place is None:
            self.add(seen, Presence(stay=stay))
        else:
            self._times.add_rejoin(place, stay)

    def sightings(self, *, closing: datetime | None) -> "Sightings":
        """Everybody, in the order of the file; who never left did so at the closing, or when the file ends."""
        return Sightings(self._people, self._times, closing)

    def note(self, line: int, sentence: str) -> None:
        """Remember something about a row that was taken and deserves a look."""
        self.notes.append(Problem(line=line, column=None, sentence=sentence))

    def _named(self, name: str) -> int | None:
        if self._namesakes is None:
            people = enumerate(map(_sighting, self._people))
            self._namesakes = Namesakes((place, seen.name) for place, seen in people)
        return self._namesakes.only(name)

    def _merge(self, place: int, again: Sighting) -> None:
        first = _sighting(self._people[place])
        self._note_differences(first, again)
        missing = [fact for fact in _FACTS if not getattr(first, fact)]
        news = {fact: found for fact in missing if (found := getattr(again, fact))}
        if news:
            self._people[place] = _kept(replace(first, **news))

    def _note_differences(self, first: Sighting, again: Sighting) -> None:
        who = first.email or first.upn or first.external_id or first.name
        for one, other in _differences(first, again):
            difference = f"{one} in line {first.line} and {other} here"
            if again.line not in self.contradicted and len(self.contradicted) < MOST_SHOWN:
                self.contradicted.append(again.line)
            self.note(again.line, f"{who} is {difference}; what line {first.line} says was taken.")


class Sightings(Stored[Sighting]):
    """The people of a file, each with the time that was settled when asked for."""

    __slots__ = ("_closing", "_people", "_times")

    def __init__(self, people: Pile[_Kept], times: Times, closing: datetime | None) -> None:
        self._people, self._times, self._closing = people, times, closing

    def __len__(self) -> int:
        return len(self._people)

    def __iter__(self) -> Iterator[Sighting]:
        for place, kept in enumerate(self._people):
            yield self._settled(place, kept)

    def _item(self, place: int) -> Sighting:
        return self._settled(place, self._people[place])

    def _settled(self, place: int, kept: _Kept) -> Sighting:
        intervals, minutes = self._times.settle(place, closing=self._closing)
        return _sighting(kept, intervals=intervals, minutes=minutes)


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


def _sighting(kept: _Kept, *, intervals: tuple[Span, ...] = (), minutes: int | None = None) -> Sighting:
    facts = dict(zip(_KEPT, kept, strict=True))
    facts["team"] = tuple(facts["team"])
    facts["status"] = facts["status"] and AttendanceState(facts["status"])
    return Sighting(**facts, intervals=intervals, minutes=minutes)


def _packed_problem(problem: Problem) -> str:
    return json.dumps([problem.line, problem.column, problem.sentence])


def _unpacked_problem(packed: str) -> Problem:
    line, column, sentence = json.loads(packed)
    return Problem(line=line, column=column, sentence=sentence)
