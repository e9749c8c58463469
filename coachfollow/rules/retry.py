"""How a mail server's reply is read, and how long to wait before trying again."""

from datetime import timedelta
from enum import StrEnum

_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
_SPREAD = 0.2


class Verdict(StrEnum):
    """What the server said about a message."""

    ACCEPTED = "accepted"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"


def verdict(code: int) -> Verdict:
    """Sort an SMTP reply code; anything odd is temporary, because a wrong "permanent" loses a mail."""
    match code // 100:
        case 2:
            return Verdict.ACCEPTED
        case 5:
            return Verdict.PERMANENT
    return Verdict.TEMPORARY


def wait(attempt: int, *, jitter: float) -> timedelta:
    """The pause after the attempt of this number (from 1): 1, 5, 15, 60 minutes, then hourly.

    A jitter from 0 up to 1 spreads it by a fifth either way, so that a batch refused together does not
    come back together.
    """
    pause = _WAITS[min(max(attempt, 1), len(_WAITS)) - 1]
    return pause * (1 - _SPREAD + 2 * _SPREAD * jitter)
