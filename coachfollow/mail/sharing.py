"""Finds the parts of a mail to a manager that say the same of several people, so that it stands there once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from coachfollow.mail.facts import Section
from coachfollow.rules import wording
from coachfollow.rules.kinds import Audience

_OF_ONE_PERSON = frozenset({"participant", "commitment", "situation", "action"})


def found(sections: Sequence[Section], values: Sequence[Mapping[str, str]]) -> Sequence[Section]:
    """Say of each part whether an earlier one says the same of somebody else."""
    said: dict[tuple[object, ...], int] = {}
    given = []
    for n, (section, facts) in enumerate(zip(sections, values, strict=True)):
        if section.wording.audience is not Audience.MANAGER or not section.has_footer:
            given.append(section)
            continue
        first = said.setdefault(_told(section, facts), n)
        given.append(section if first == n else replace(section, shares=first))
    return given


def _told(section: Section, values: Mapping[str, str]) -> tuple[object, ...]:
    """Whatever a part tells but of whom: two that are equal say the same."""
    named = {piece.name for piece in wording.parts(section.wording.body) if isinstance(piece, wording.Blank)}
    facts = sorted((name, values[name]) for name in (named | {"programme"}) - _OF_ONE_PERSON)
    return section, tuple(facts)
