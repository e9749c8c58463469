"""Reads whether a follow-up would be over before it begins: where its training is longer ago than it lasts."""

from datetime import date

from sqlalchemy.orm import Session

from coachfollow.queries import launches
from coachfollow.queries.launches import Wish
from coachfollow.rules import days, previewing

YOUNG = 28  # days: no need to work anything out for a training that is not longer ago


def may_be_over(trained: date, today: date) -> bool:
    """Whether a training is so long ago that it is worth working out."""
    return (today - trained).days > YOUNG


def too_late(session: Session, *, cohort: str, organisation_id: int, today: date) -> str:
    """Say that nothing of a group's follow-up is still to come, for anybody who began it now; else nothing."""
    found = launches.of_group(session, public_id=cohort)
    trained = found.sessions.days[-1]
    if not may_be_over(trained, today):
        return ""
    somebody = launches.somebody(
        session, organisation_id=organisation_id, wish=Wish(zone=found.zone), first=found.sessions.days[0]
    )
    try:
        dates = previewing.preview(found.offer, sessions=found.sessions, person=somebody).dates
    except ValueError:  # a step counts from a session that is not there
        return ""
    last = max((one.day for one in dates), default=trained)
    if last >= today:
        return ""
    return (
        f"The training was on {days.said(trained)} {trained.year}, and the last of what follows on"
        f" {days.said(last)} {last.year}: whoever begins now has nothing to come, and their follow-up stops at once."
    )
