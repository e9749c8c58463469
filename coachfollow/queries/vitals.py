"""Reads what a monitoring system watches: counts and moments over all organisations, nothing about anybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from coachfollow.models import AttemptTime, Heartbeat, Message
from coachfollow.rules.kinds import MessageState

# in the words of the partial indexes, so that SQLite knows them
_ENDED = text("settled_at IS NOT NULL")
_WAITING = text("state = 'queued'")
_HELD = text("state IN ('claimed', 'handing')")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """How the installation stands at one moment; `beats` says when each part last worked."""

    mails: Mapping[MessageState, int]
    due: int
    oldest_due_at: datetime | None
    beats: Mapping[str, datetime]
    attempts: Sequence[tuple[int, int, float]]  # up to so many milliseconds, how many, their seconds


def vitals(session: Session, *, now: datetime) -> Vitals:
    """Give what is watched, in half a dozen statements."""
    due, oldest = session.execute(
        select(func.count(), func.min(Message.send_at)).where(_WAITING, Message.send_at <= now)
    ).one()
    beats = session.execute(select(Heartbeat.name, Heartbeat.at))
    attempts = session.execute(select(AttemptTime.up_to_ms, AttemptTime.attempts, AttemptTime.seconds))
    return Vitals(
        mails=mails(session),
        due=due,
        oldest_due_at=oldest,
        beats={name: at for name, at in beats},  # noqa: C416  # rows are no pairs to a type checker
        attempts=[(up_to, count, seconds) for up_to, count, seconds in attempts],
    )


def mails(session: Session) -> Mapping[MessageState, int]:
    """Count all mails by state: the many that came to their end from an index, without a look at the rows."""
    found = dict.fromkeys(MessageState, 0)
    for where in (_ENDED, _WAITING, _HELD):
        counted = session.execute(select(Message.state, func.count()).where(where).group_by(Message.state))
        found |= {state: n for state, n in counted}  # noqa: C416  # as above
    return found
