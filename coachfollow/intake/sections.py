"""Knows the numbered sections of a Teams report in whatever language, and the columns of the one that names people.

Field notes: a report speaks the language of whoever downloads it, and there are dozens. Titles stay numbered, and the
columns under “2. Participants” have kept their order since 2022; new ones were added behind them.
"""

import re
from collections.abc import Mapping, Sequence

from coachfollow.intake import values
from coachfollow.intake.words import Field

_TITLE = re.compile(r"[1-9]\d?\.\s*\D.*")
_OF_PEOPLE = re.compile(r"2\.\s*\D.*")
_PLACES = (
    Field.NAME,
    Field.JOINED,
    Field.LEFT,
    Field.MINUTES,
    Field.EMAIL,
    Field.UPN,
    Field.ROLE,
)
_CLEAR = {Field.JOINED, Field.LEFT}  # in any language a time begins with a number


def is_title(cells: Sequence[str]) -> bool:
    """Whether a row is the title of a section, like “2. Participants”, in any language."""
    return bool(_TITLE.fullmatch(values.clean(cells[0]))) and not any(map(str.strip, cells[1:]))


def placed(
    known: Mapping[Field, int], *, above: Sequence[Sequence[str]], under: Sequence[str]
) -> Mapping[Field, int]:
    """The columns known by name, and where they stand under the title of the people, the others by their places.

    `above` are the rows over the header, `under` is the first one beneath it.
    """
    if not above or not is_title(above[-1]) or not _OF_PEOPLE.fullmatch(values.clean(above[-1][0])):
        return known
    if len(under) < len(_PLACES) or not all(under[_PLACES.index(one)][:1].isdigit() for one in _CLEAR):
        return known
    free = set(range(len(_PLACES))) - set(known.values())
    by_place = {field: at for at, field in enumerate(_PLACES) if at in free and field not in known}
    return {**known, **by_place}
