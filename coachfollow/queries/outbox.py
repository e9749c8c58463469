"""Reads the outbox for whoever runs this: states, times and the mail server's words; no text and no address."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coachfollow.errors import NotFound
from coachfollow.models import Event, Message, Person
from coachfollow.rules.kinds import MessageKind, MessageState

PAGE = 100

_MAILBOX = re.compile(r"[^\s<>@:;,()\[\]\"]+(?=@)")  # what stands before the @ of an address

FINAL = frozenset({MessageState.SENT, MessageState.FAILED, MessageState.CANCELLED, MessageState.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One mail as an operator sees it; `domain` is where it goes, once that was looked up."""

    public_id: str
    kind: MessageKind
    n: int
    state: MessageState
    domain: str
    created_at: datetime
    send_at: datetime
    expires_at: datetime
    first_tried_at: datetime | None
    settled_at: datetime | None
    attempts: int
    lapses: int
    resends: int
    server_reply: str | None
    reason: str | None


_COLUMNS = (
    Message.public_id,
    Message.kind,
    Message.n,
    Message.state,
    Message.address,
    Message.created_at,
    Message.send_at,
    Message.expires_at,
    Message.first_tried_at,
    Message.settled_at,
    Message.attempts,
    Message.lapses,
    Message.resends,
    Message.server_reply,
    Message.reason,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """One entry of a mail's history; `by` is who did it by hand."""

    at: datetime
    name: str
    facts: Mapping[str, object]
    by: str | None = None


def counts(session: Session, *, organisation_id: int) -> Mapping[MessageState, int]:
    """Count an organisation's mails by state."""
    rows = session.execute(
        select(Message.state, func.count())
        .where(Message.organisation_id == organisation_id)
        .group_by(Message.state)
    )
    found = {state: n for state, n in rows}  # noqa: C416  # dict() takes tuples, not rows, to the type checker
    return {state: found.get(state, 0) for state in MessageState}


def in_state(
    session: Session, *, organisation_id: int, state: MessageState, limit: int = PAGE, offset: int = 0
) -> Sequence[Posted]:
    """Give an organisation's mails in one state: what is settled by when it was, the rest by when it is due."""
    order = Message.settled_at.desc() if state in FINAL else Message.send_at
    chosen = select(*_COLUMNS).where(Message.organisation_id == organisation_id, Message.state == state)
    if state in FINAL:  # in the words of the partial index, which has them in this order: none need be sorted
        chosen = chosen.where(Message.settled_at.is_not(None))
    rows = session.execute(chosen.order_by(order, Message.id.desc()).limit(limit).offset(offset))
    return [_posted(row._asdict()) for row in rows]


def one(session: Session, *, public_id: str) -> Posted:
    """Give one mail; raises NotFound."""
    row = session.execute(select(*_COLUMNS).where(Message.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such mail.")
    return _posted(row._asdict())


def chosen(
    session: Session, *, organisation_id: int, state: MessageState, public_ids: Collection[str]
) -> Sequence[Posted]:
    """Give those of an organisation's mails that are in one state still, the first that was due first."""
    some = select(*_COLUMNS).where(
        Message.organisation_id == organisation_id, Message.state == state, Message.public_id.in_(public_ids)
    )
    return [_posted(row._asdict()) for row in session.execute(some.order_by(Message.send_at, Message.id))]


def history(session: Session, *, public_id: str) -> Sequence[Noted]:
    """Give everything that happened to one mail, in its order."""
    rows = session.execute(
        select(Event.at, Event.name, Event.facts, Person.name)
        .join(Message, Message.id == Event.message_id)
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(Message.public_id == public_id)
        .order_by(Event.id)
    )
    return [Noted(at=at, name=name, facts=json.loads(facts), by=by) for at, name, facts, by in rows]


def organisation_of(session: Session, *, public_id: str) -> int | None:
    """Give whose mail it is, for asking who may see it."""
    return session.scalar(select(Message.organisation_id).where(Message.public_id == public_id))


def _posted(values: dict[str, Any]) -> Posted:
    address, words = values.pop("address") or "", values.pop("server_reply")
    return Posted(**values, domain=address.rpartition("@")[2], server_reply=_without_names(words))


def _without_names(words: str | None) -> str | None:
    """Mail servers like to repeat the address they refuse; which domain it was is enough to act on."""
    return words if words is None else _MAILBOX.sub("…", words)
