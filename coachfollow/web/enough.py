"""Says why a mail was kept for later: nobody gets more than a few, nor any while they do not work."""

from collections.abc import Mapping

from coachfollow.rules.limits import Why

BECAUSE: Mapping[Why, str] = {
    Why.DAY: "because another mail left that day",
    Why.WEEK: "because that week already had enough mails",
    Why.TOGETHER: "so that it comes with another one",
    Why.HOURS: "so that it comes while its reader works",
}


def because(limit: str) -> str:
    """Say what kept a mail, as its event has it."""
    return BECAUSE[Why(limit)]
