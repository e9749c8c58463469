"""Puts mails into the outbox and takes them out again before they leave: one way in, one way to stop them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.flow import claims, history, parts, sets, which
from coachfollow.models import Message
from coachfollow.rules.kinds import UNSENT, MessageKind, MessageState

REPLACED = "the meeting changed before this left"
NEVER_LEFT = (MessageState.CANCELLED, MessageState.EXPIRED, MessageState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What was posted of one kind before: how many of it left or still may, and the next free number."""

    standing: int = 0
    next_n: int = 0


Said = Mapping[tuple[int | None, int | None, MessageKind], Before]
"""What was said before, by follow-up, recipient and kind; nothing where nothing was."""


def earlier(session: Session, *, touchpoint_ids: Collection[int]) -> Said:
    """Say what was posted about these follow-ups before: a mail that was taken back may be posted anew."""
    standing = func.count().filter(Message.state.not_in(NEVER_LEFT))
    rows = session.execute(
        select(Message.touchpoint_id, Message.person_id, Message.kind, standing, func.max(Message.n) + 1)
        .where(Message.touchpoint_id.in_(list(touchpoint_ids)))
        .group_by(Message.touchpoint_id, Message.person_id, Message.kind)
    )
    said: defaultdict[tuple[int | None, int | None, MessageKind], Before] = defaultdict(Before)
    for touchpoint_id, person_id, kind, count, next_n in rows:
        said[touchpoint_id, person_id, kind] = Before(standing=count, next_n=next_n)
    return said


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

    What takes a meeting off a calendar goes out all the same: it is what is left to say.
    """
    return _stop(session, where & (Message.kind != MessageKind.CANCELLATION), reason, now)


def replace(session: Session, *, attendee_ids: Collection[int], now: datetime) -> None:
    """Stop what these attendees' calendars were to be told: a newer word takes its place. No commit."""
    _stop(session, Message.attendee_id.in_(list(attendee_ids)), REPLACED, now)


def take_back(session: Session, *, message_ids: Collection[int], reason: str, now: datetime) -> None:
    """Stop these mails, whatever they are: what they told of did not happen. No commit."""
    _stop(session, Message.id.in_(list(message_ids)), reason, now)


def _stop(session: Session, where: ColumnElement[bool], reason: str, now: datetime) -> int:
    """The sender's intent demands the state `claimed`: a mail that is stopped here never gets its dot."""
    session.execute(  # its intent is committed: the sender asks once more before the dot
        update(Message).where(Message.state == MessageState.HANDING, where).values(unwanted=True)
    )
    stopped = session.execute(
        update(Message)
        .where(Message.state.in_(UNSENT), where)
        .values(state=claims.ended(MessageState.CANCELLED), settled_at=now, reason=reason)
        .returning(Message.id, Message.state)
    ).all()
    parts.rewrite_leaders(session, message_ids=[id_ for id_, _ in stopped])
    for state, name in ((MessageState.CANCELLED, "mail cancelled"), (MessageState.IN_DOUBT, "mail in doubt")):
        for ids in sets.chunks([id_ for id_, ended_as in stopped if ended_as is state]):
            history.record_messages(session, name, at=now, mails=which.these(ids))
    return len(stopped)
