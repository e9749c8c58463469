"""Puts mails into the outbox and takes them out again before they leave: one way in, one way to stop them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.flow import history, sets
from coachfollow.models import Message
from coachfollow.rules.words import MessageState

UNSENT = (MessageState.QUEUED, MessageState.CLAIMED)


def post(session: Session, messages: Sequence[Mapping[str, object]], *, now: datetime) -> int:
    """Queue mails, each once for its touchpoint, recipient, kind and n; gives how many are new. No commit."""
    if not messages:
        return 0
    rows = [
        {
            "public_id": vault.new_public_id(),
            "state": MessageState.QUEUED,
            "created_at": now,
            "n": 0,
            "fence": 0,
            "attempts": 0,
            "refusals": 0,
            "lapses": 0,
            "resends": 0,
            "unwanted": False,
            **message,
        }
        for message in messages
    ]
    result = session.connection().execute(sets.insert_new(session, Message), rows)
    return result.rowcount


def cancel(session: Session, where: ColumnElement[bool], *, reason: str, now: datetime) -> int:
    """Stop every matching mail that has not left, at the last moment too; gives how many. No commit.

    The sender's intent demands the state `claimed`, so a mail that is cancelled here never gets its dot.
    """
    session.execute(  # its intent is committed: the sender asks once more before the dot
        update(Message).where(Message.state == MessageState.HANDING, where).values(unwanted=True)
    )
    stopped = session.scalars(
        update(Message)
        .where(Message.state.in_(UNSENT), where)
        .values(state=MessageState.CANCELLED, settled_at=now, reason=reason)
        .returning(Message.id)
    ).all()
    for ids in sets.chunks(stopped):
        history.record_messages(session, "mail cancelled", at=now, where=Message.id.in_(ids))
    return len(stopped)
