"""The applied rate: of those who answered, who did what they planned; shown so that nobody's answer can be told.

What somebody answered is content (law 10): it is counted over five people or more, also by difference. Groups lie
within programmes and programmes within the whole, and each of these three is shown beside the others: whatever is
shown at one level must not give away what is hidden at another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from coachfollow.rules import measuring


@dataclass(frozen=True, slots=True, kw_only=True)
class Applying:
    """People by their latest answer to whether they did what they planned; the fields are those of `Applied`."""

    as_intended: int = 0
    partly: int = 0
    not_yet: int = 0
    no_opportunity: int = 0

    @property
    def answered(self) -> int:
        """All who answered: the parts add up to it."""
        return sum(getattr(self, field.name) for field in fields(self))

    @property
    def rate(self) -> float | None:
        """Those who did it, as intended or partly, of those who answered; None says “nobody answered”."""
        return (self.as_intended + self.partly) / self.answered if self.answered else None

    def __add__(self, other: Self) -> Self:
        sums = {field.name: getattr(self, field.name) + getattr(other, field.name) for field in fields(self)}
        return type(self)(**sums)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """What must not be shown: the whole, programmes, groups."""

    whole: bool
    programmes: frozenset[int]
    groups: frozenset[int]


def hidden(answered: Mapping[int, Mapping[int, int]]) -> Hidden:
    """Decide what to hide, from how many answered by programme and group.

    A hidden programme hides its groups, else they would add up to it; where the whole is hidden, all is.
    """
    by_programme = {programme: sum(groups.values()) for programme, groups in answered.items()}
    whole = measuring.suppressed(sum(by_programme.values()))
    programmes = frozenset(by_programme) if whole else measuring.hidden(by_programme)
    groups = {
        group
        for programme, groups in answered.items()
        for group in (groups if programme in programmes else measuring.hidden(groups))
    }
    return Hidden(whole=whole, programmes=programmes, groups=frozenset(groups))
