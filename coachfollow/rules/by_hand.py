"""Says what an operator may do by hand to a mail in which state, and why not to the others."""

from collections.abc import Mapping
from enum import StrEnum, auto

from coachfollow.rules.kinds import MessageState

LONGEST_REASON = 200


class Deed(StrEnum):
    """What an operator does to mails by hand."""

    SETTLE = auto()  # says whether it arrived, where we cannot tell
    RESEND = auto()
    CANCEL = auto()


POSSIBLE: Mapping[Deed, frozenset[MessageState]] = {
    Deed.SETTLE: frozenset({MessageState.IN_DOUBT}),
    Deed.RESEND: frozenset({MessageState.IN_DOUBT, MessageState.FAILED}),
    Deed.CANCEL: frozenset({MessageState.QUEUED, MessageState.CLAIMED, MessageState.HANDING}),
}

WHY_NOT: Mapping[Deed, str] = {
    Deed.SETTLE: "what became of it is known",
    Deed.RESEND: "only what was refused, and what may not have arrived, can be sent again",
    Deed.CANCEL: "it has come to its end",
}

VERDICTS = frozenset({MessageState.SENT, MessageState.FAILED})


def deeds(state: MessageState) -> tuple[Deed, ...]:
    """What may be done to a mail in this state."""
    return tuple(deed for deed in Deed if state in POSSIBLE[deed])


def is_worded(reason: str) -> bool:
    """Whether a reason says something, in one line of a bearable length."""
    return 0 < len(reason) <= LONGEST_REASON and reason.isprintable()
