"""Reads what a monitoring system watches: counts and moments over all organisations, nothing about anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coachfollow.models import Heartbeat, Message
from coachfollow.rules.kinds import MessageState


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """How the installation stands at one moment; `beats` says when each part last worked."""

    mails: Mapping[MessageState, int]
    due: int
    oldest_due_at: datetime | None
    beats: Mapping[str, datetime]


def vitals(session: Session, *, now: datetime) -> Vitals:
    """Give what is watched, in three statements."""
    counted = session.execute(select(Message.state, func.count()).group_by(Message.state))
    counts = {state: n for state, n in counted}  # noqa: C416  # rows are no pairs to a type checker
    due, oldest = session.execute(
        select(func.count(), func.min(Message.send_at)).where(
            Message.state == MessageState.QUEUED, Message.send_at <= now
        )
    ).one()
    beats = session.execute(select(Heartbeat.name, Heartbeat.at))
    return Vitals(
        mails={state: counts.get(state, 0) for state in MessageState},
        due=due,
        oldest_due_at=oldest,
        beats={name: at for name, at in beats},  # noqa: C416  # as above
    )
