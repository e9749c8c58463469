"""Says why a mail was kept for another day: nobody gets more than a few."""

from collections.abc import Mapping

from coachfollow.rules.limits import Why

BECAUSE: Mapping[Why, str] = {
    Why.DAY: "because another mail left that day",
    Why.WEEK: "because that week already had enough mails",
    Why.TOGETHER: "so that it comes with another one",
}


def because(limit: str) -> str:
    """Say what kept a mail, as its event has it."""
    return BECAUSE[Why(limit)]
