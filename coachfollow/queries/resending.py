"""Reads whether mails are still worth sending again, and says why not."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from coachfollow.models import CheckInAttendee, FollowUpPlan, Message, Touchpoint
from coachfollow.rules.kinds import PlanState, TouchpointState

RESTING = frozenset({PlanState.PAUSED, PlanState.STOPPED, PlanState.FINISHED})


def obstacles(session: Session, *, message_ids: Collection[int], now: datetime) -> Mapping[int, str]:
    """Give why some of these mails should not be sent again, as a sentence for each."""
    rows = session.execute(
        select(
            Message.id,
            Message.public_id,
            Message.kind,
            Message.n,
            Message.expires_at,
            Touchpoint.state.label("follow_up"),
            FollowUpPlan.state.label("plan"),
            CheckInAttendee.sequence,
        )
        .outerjoin(Touchpoint, Touchpoint.id == Message.touchpoint_id)
        .outerjoin(FollowUpPlan, FollowUpPlan.id == Message.plan_id)
        .outerjoin(CheckInAttendee, CheckInAttendee.id == Message.attendee_id)
        .where(Message.id.in_(list(message_ids)))
        .order_by(Message.id)
    )
    found = ((row, _obstacle(row, now)) for row in rows)
    return {row.id: f"Mail {row.public_id[:8]} is not sent again: {why}." for row, why in found if why}


def named_obstacles(session: Session, *, public_ids: Collection[str], now: datetime) -> Mapping[str, str]:
    """Give the same by what mails are called outside; those that nothing is in the way of are not among them."""
    found = session.execute(select(Message.id, Message.public_id).where(Message.public_id.in_(public_ids)))
    names = {id_: name for id_, name in found}  # noqa: C416  # dict() takes tuples, not rows, to the type checker
    sentences = obstacles(session, message_ids=names, now=now)
    return {names[id_]: sentence for id_, sentence in sentences.items()}


def _obstacle(row: Row[*tuple[object, ...]], now: datetime) -> str:
    if row.expires_at <= now:
        return "its time has passed, and a late mail would only confuse"
    if row.kind.is_calendar:
        return "the meeting has changed since" if (row.sequence or 0) > row.n else ""
    if row.follow_up not in {None, TouchpointState.OPEN}:
        return "what it is about is no longer open"
    return "its follow-up is paused or over" if row.plan in RESTING else ""
