"""Decides how a follow-up adapts to what its person does: whoever leaves questions unanswered is reminded no more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from coachfollow.rules.kinds import TouchpointState

FEWEST, MOST = 2, 9  # one unanswered question says nothing yet
UNREMINDED = "not sent, because several questions in a row went unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one question that had reached its person, or of a meeting; and when."""

    state: TouchpointState
    at: datetime


def unanswered_in_a_row(settled: Iterable[Settled], *, back_at: datetime | None) -> int:
    """How many of the latest questions went unanswered, one after the other, since the person was last back."""
    count = 0
    for one in settled:
        if one.state is not TouchpointState.MISSED:
            count = 0
        elif back_at is None or one.at > back_at:
            count += 1
    return count


def falls_silent(settled: Iterable[Settled], *, after: int | None, back_at: datetime | None) -> bool:
    """Whether nothing is to remind somebody any more, by the number their programme states; none: never."""
    return after is not None and unanswered_in_a_row(settled, back_at=back_at) >= after
