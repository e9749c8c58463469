"""Reads what a change of one plan would meet in the outbox: mails that wait, and calendars that hold a meeting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coachfollow.models import Message, Person
from coachfollow.rules.kinds import LEFT, UNSENT, MessageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One mail that has not left yet."""

    follow_up: int | None
    kind: MessageKind
    to: str
    send_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """What waits, and the follow-ups whose meeting stands in a calendar, or may."""

    waiting: Sequence[Waiting] = ()
    told: frozenset[int] = frozenset()


def of(session: Session, *, plan_id: int) -> Foresight:
    """Give what a change of this plan would meet."""
    rows = session.execute(
        select(Message.touchpoint_id, Message.kind, Message.state, Person.name, Message.send_at)
        .join(Person, Person.id == Message.person_id)
        .where(
            Message.plan_id == plan_id,
            or_(
                # a cancellation goes out whatever is decided
                Message.state.in_(UNSENT) & (Message.kind != MessageKind.CANCELLATION),
                Message.state.in_(LEFT) & (Message.kind == MessageKind.INVITATION),
            ),
        )
        .order_by(Message.send_at, Message.id)
    ).all()
    waiting = [
        Waiting(follow_up=row.touchpoint_id, kind=row.kind, to=row.name or "somebody", send_at=row.send_at)
        for row in rows
        if row.state in UNSENT
    ]
    told = frozenset(row.touchpoint_id for row in rows if row.state in LEFT)
    return Foresight(waiting=waiting, told=told)
