"""Reads whether a follow-up would be over before it begins, or begin before its training has taken place."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from coachfollow.queries import launches
from coachfollow.queries.batches import Batch
from coachfollow.queries.launches import Wish
from coachfollow.rules import attending, days, previewing, worktime

YOUNG = 28  # days: no need to work anything out for a training that is not longer ago


def of_list(session: Session, batch: Batch, *, organisation_id: int, now: datetime) -> str:
    """Say that for whoever a list brings in now nothing is still to come, or that it comes too soon; else nothing."""
    if batch.session_day is None:
        return ""
    too_soon = attending.too_soon(batch.session_day, today=worktime.local(now, batch.zone).date())
    if too_soon or _is_young(batch.session_day, now.date()):
        return too_soon
    return of_group(session, public_id=batch.group_id, organisation_id=organisation_id, now=now)


def of_group(session: Session, *, public_id: str, organisation_id: int, now: datetime) -> str:
    """Say that nothing of a group's follow-up is still to come, for anybody who began it now; else nothing."""
    found = launches.of_group(session, public_id=public_id)
    trained, today = found.sessions.days[-1], worktime.local(now, found.zone).date()
    if _is_young(trained, today):
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


def _is_young(trained: date, today: date) -> bool:
    """Whether a training is so short a time ago that nothing can be over."""
    return (today - trained).days <= YOUNG
