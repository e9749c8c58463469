"""Puts mails into the outbox and takes them out again before they leave: one way in, one way to stop them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, case, func, select, true, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from coachfollow import vault
from coachfollow.extensions import UtcDateTime, among
from coachfollow.flow import claims, history, parts, sets, which
from coachfollow.flow.which import MESSAGES, Which
from coachfollow.models import Message
from coachfollow.rules.kinds import UNSENT, MessageKind, MessageState

REPLACED = "the meeting changed before this left"
ON_THE_WAY = (*UNSENT, MessageState.HANDING)
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
    rows = session.execute(_EARLIER, {"about": touchpoint_ids})
    said: defaultdict[tuple[int | None, int | None, MessageKind], Before] = defaultdict(Before)
    for touchpoint_id, person_id, kind, count, next_n in rows:
        said[touchpoint_id, person_id, kind] = Before(standing=count, next_n=next_n)
    return said


_mails = MESSAGES.c
_ABOUT = among(_mails.touchpoint_id, "about")
_EARLIER = (
    select(
        _mails.touchpoint_id,
        _mails.person_id,
        _mails.kind,
        func.count().filter(_mails.state.not_in(NEVER_LEFT)),
        func.max(_mails.n) + 1,
    )
    .where(_ABOUT)
    .group_by(_mails.touchpoint_id, _mails.person_id, _mails.kind)
)


_FRESH: Mapping[str, object] = {
    "state": MessageState.QUEUED,
    "n": 0,
    "fence": 0,
    "attempts": 0,
    "refusals": 0,
    "lapses": 0,
    "resends": 0,
    "unwanted": False,
}


def post(session: Session, messages: Sequence[Mapping[str, object]], *, now: datetime) -> int:
    """Queue mails, each once for its touchpoint, recipient, kind and n; gives how many are new. No commit."""
    if not messages:
        return 0
    rows = [{**_FRESH, "public_id": vault.new_public_id(), "created_at": now, **one} for one in messages]
    columns = tuple(rows[0])
    in_order = [tuple(map(row.__getitem__, columns)) for row in rows]
    return sets.bulk_new(session.connection(), Message, columns, in_order)


def cancel(session: Session, where: ColumnElement[bool], *, reason: str, now: datetime) -> int:
    """Stop every matching mail that has not left, at the last moment too; gives how many. No commit.

    What takes a meeting off a calendar goes out all the same: it is what is left to say.
    """
    found = select(Message.id).where(where, Message.kind != MessageKind.CANCELLATION)
    ids = session.scalars(found.where(Message.state.in_(ON_THE_WAY)))
    return sum(_stop(session, which.these(some), reason, now) for some in sets.chunks(ids.all()))


def cancel_about(session: Session, *, touchpoint_ids: Collection[int], reason: str, now: datetime) -> None:
    """Stop every mail about these follow-ups likewise. No commit."""
    _stop(session, Which(where=_OF_TOUCHPOINTS, values={"about": touchpoint_ids}), reason, now)


def replace(session: Session, *, attendee_ids: Collection[int], now: datetime) -> None:
    """Stop what these attendees' calendars were to be told: a newer word takes its place. No commit."""
    _stop(session, Which(where=_TO_ATTENDEES, values={"to": attendee_ids}), REPLACED, now)


def take_back(session: Session, *, message_ids: Collection[int], reason: str, now: datetime) -> None:
    """Stop these mails, whatever they are: what they told of did not happen. No commit."""
    _stop(session, which.these(message_ids), reason, now)


def give_up(session: Session, *, message_ids: Collection[int], reason: str, now: datetime) -> None:
    """Stop these mails likewise, and say at what they were to open that nobody was reached. No commit."""
    take_back(session, message_ids=message_ids, reason=reason, now=now)
    stopped = select(Message.id).where(Message.id.in_(message_ids), Message.state == MessageState.CANCELLED)
    claims.mark_undeliverable(session, message_ids=session.scalars(stopped).all(), reason=reason)


_OF_TOUCHPOINTS = _ABOUT & (_mails.kind != MessageKind.CANCELLATION)
_TO_ATTENDEES = among(_mails.attendee_id, "to")


def _stop(session: Session, mails: Which, reason: str, now: datetime) -> int:
    """The sender's intent demands the state `claimed`: a mail that is stopped here never gets its dot."""
    session.flush()  # follow-ups are written before their mails, by everybody: in another order two would wait
    told = session.execute(_stopping(mails.where), {"b_reason": reason, "b_now": now, **mails.values})
    stopped = [row for row in told.all() if row.state is not MessageState.HANDING]
    parts.rewrite_leaders(session, message_ids=[id_ for id_, _ in stopped])
    for state, name in ((MessageState.CANCELLED, "mail cancelled"), (MessageState.IN_DOUBT, "mail in doubt")):
        for ids in sets.chunks([id_ for id_, ended_as in stopped if ended_as is state]):
            history.record_messages(session, name, at=now, mails=which.these(ids))
    return len(stopped)


@cache
def _stopping(where: ColumnElement[bool]) -> ReturningUpdate[Any]:
    """Stop what has not left; whose intent is committed is only unwanted: the sender asks again before the dot.

    It is one statement: between two, a mail that is claimed at the first and handed over at the second is in neither.
    """
    is_leaving = _mails.state == MessageState.HANDING
    now, reason = bindparam("b_now", type_=UtcDateTime), bindparam("b_reason", type_=String)
    return (
        update(MESSAGES)
        .where(where, _mails.state.in_(ON_THE_WAY))
        .values(
            unwanted=case((is_leaving, true()), else_=_mails.unwanted),
            state=case((is_leaving, _mails.state), else_=claims.ended(MessageState.CANCELLED)),
            settled_at=case((is_leaving, _mails.settled_at), else_=now),
            reason=case((is_leaving, _mails.reason), else_=reason),
        )
        .returning(_mails.id, _mails.state)
    )
