"""Decides what becomes of a mail whose sender vanished while it was handing it over: by evidence, then by policy."""

from enum import StrEnum

from coachfollow.rules.retry import Verdict, verdict

RESTORED = "an old backup was restored, and it may have left before"


class Ruling(StrEnum):
    """What becomes of the mail."""

    SENT = "sent"
    FAILED = "failed"
    PUT_OFF = "put off"
    NEVER_LEFT = "never left"
    SENT_AGAIN = "sent again"
    IN_DOUBT = "in doubt"


_BY_REPLY = {
    Verdict.ACCEPTED: Ruling.SENT,
    Verdict.PERMANENT: Ruling.FAILED,
    Verdict.TEMPORARY: Ruling.PUT_OFF,
}


def rule(*, code: int | None, never_left: bool, may_repeat: bool) -> Ruling:
    """Rule by the reply that was heard, else by proof that no dot left, else by what the installation prefers."""
    if code is not None:
        return _BY_REPLY[verdict(code)]
    if never_left:
        return Ruling.NEVER_LEFT
    return Ruling.SENT_AGAIN if may_repeat else Ruling.IN_DOUBT
