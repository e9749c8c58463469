"""Knows whose a name is, where one person alone has it; on disk, so that a group of any size takes no memory."""

from collections.abc import Iterable

from coachfollow.intake import matching
from coachfollow.intake.scratch import Register, Scratch

_SEVERAL = -1


class Namesakes:
    """The numbers of people by their names, however these are spelt."""

    __slots__ = ("_people",)

    def __init__(self, people: Iterable[tuple[int, str]]) -> None:
        self._people = Register(Scratch())
        for number, name in people:
            key = matching.match_key(name)
            if not self._people.keep(key, number):
                self._people.replace(key, _SEVERAL)

    def only(self, name: str) -> int | None:
        """The one person of this name; None where there is nobody, or more than one, or no name at all."""
        key = matching.match_key(name)
        number = self._people.get(key) if key else None
        return None if number == _SEVERAL else number
