"""Reads what a change of one plan would meet in the outbox: mails that wait, and calendars that hold a meeting."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coachfollow.models import Message, Person
from coachfollow.queries.decided import LEFT
from coachfollow.rules.kinds import MessageKind, MessageState

UNSENT = (MessageState.QUEUED, MessageState.CLAIMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One mail that has not left yet."""

    follow_up: int | None
    kind: MessageKind
    to: str
    send_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """What waits, and by follow-up the ids of those in whose calendars its meeting stands."""

    waiting: Sequence[Waiting] = ()
    told: Mapping[int, frozenset[int]] = field(default_factory=dict)


def of(session: Session, *, plan_id: int) -> Foresight:
    """Give what a change of this plan would meet."""
    rows = session.execute(
        select(Message.touchpoint_id, Message.kind, Message.state, Person.id, Person.name, Message.send_at)
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
    told: defaultdict[int, set[int]] = defaultdict(set)
    waiting = []
    for row in rows:
        if row.state in UNSENT:
            waiting.append(
                Waiting(
                    follow_up=row.touchpoint_id, kind=row.kind, to=row.name or "somebody", send_at=row.send_at
                )
            )
        else:
            told[row.touchpoint_id].add(row.id)
    return Foresight(waiting=waiting, told={one: frozenset(people) for one, people in told.items()})
