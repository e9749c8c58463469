"""Compares names that people and machines write differently, and suggests who an unknown name may be.

A suggestion is shown to a person, who decides with one click; nothing is ever matched by likeness alone.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from coachfollow.intake import names, values

ALIKE = 0.6  # below this share of common letters, a suggestion is noise
SHORTLIST = 20

# Letters that are no base letter with an accent, so that no normal form takes them apart.
_LETTERS = str.maketrans("øłđðħ\N{LATIN SMALL LETTER DOTLESS I}", "olddhi") | {
    **str.maketrans({"æ": "ae", "œ": "oe", "þ": "th"})
}


def match_key(name: str) -> str:
    """The same text for “Müller, Änne (EXT)” and “Anne Muller”: no accents, signs or brackets, first name first."""
    return values.fold(names.tidy(name)).translate(_LETTERS)


def suggest(name: str, known: Sequence[tuple[int, str]], *, limit: int = 3) -> tuple[int, ...]:
    """The ids of the known people whose names are most like this one, the likeliest first."""
    return suggest_all([name], known, limit=limit)[name]


def suggest_all(
    wanted: Iterable[str], known: Iterable[tuple[int, str]], *, limit: int = 3
) -> Mapping[str, tuple[int, ...]]:
    """The suggestions for many names at once; the known names pass by, and only short lists are kept of them."""
    seekers = {name: _Shortlist(_Known.of(0, name)) for name in wanted}
    for place, (number, name) in enumerate(known):
        other = _Known.of(number, name)
        for seeker in seekers.values():
            seeker.consider(other, place)
    return {name: seeker.nearest(limit) for name, seeker in seekers.items()}


@dataclass(frozen=True, slots=True)
class _Known:
    """A name ready to be compared: as it is read, with its words in order, and as pairs of letters."""

    number: int
    text: str
    sorted_text: str
    pairs: frozenset[str]

    @classmethod
    def of(cls, number: int, name: str) -> "_Known":
        key = match_key(name)
        words = sorted(key.split())
        pairs = {word[at : at + 2] for word in words for at in range(max(1, len(word) - 1))}
        return cls(number, key, " ".join(words), frozenset(pairs))


class _Shortlist:
    """Those most like one name: common pairs of letters find them quickly; only they are compared by letter."""

    __slots__ = ("_likely", "_wanted")

    def __init__(self, wanted: _Known) -> None:
        self._wanted = wanted
        self._likely: list[tuple[float, int, _Known]] = []  # a heap; of two alike, the earlier stands higher

    def consider(self, other: _Known, place: int) -> None:
        """Keep somebody among the likeliest, if they are."""
        if not self._wanted.pairs & other.pairs:
            return
        candidate = (_overlap(self._wanted, other), -place, other)
        if len(self._likely) < SHORTLIST:
            heapq.heappush(self._likely, candidate)
        else:
            heapq.heappushpop(self._likely, candidate)

    def nearest(self, limit: int) -> tuple[int, ...]:
        """The numbers of the people most like the name, the likeliest first."""
        likeness: dict[int, float] = {}
        for _, _, other in sorted(self._likely, reverse=True):
            likeness[other.number] = max(_likeness(self._wanted, other), likeness.get(other.number, 0.0))
        nearest = heapq.nlargest(limit, likeness, key=likeness.__getitem__)
        return tuple(number for number in nearest if likeness[number] >= ALIKE)


def _overlap(one: _Known, other: _Known) -> float:
    return 2 * len(one.pairs & other.pairs) / (len(one.pairs) + len(other.pairs))


def _likeness(one: _Known, other: _Known) -> float:
    if set(one.text.split()) <= set(other.text.split()):  # “Anna” for Anna Example: one word is all she typed
        return 1.0
    return SequenceMatcher(None, one.sorted_text, other.sorted_text, autojunk=False).ratio()
