"""Joins mails that leave as one: the leader carries them, and they share its end, each with its own follow-up."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Delete, bindparam, delete, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from coachfollow.extensions import among
from coachfollow.flow import sets
from coachfollow.flow.which import MESSAGES
from coachfollow.models import MailPart, SealedMail, table_of
from coachfollow.rules.kinds import UNSENT, MessageState

SHARED = (MessageState.SENT, MessageState.FAILED, MessageState.IN_DOUBT)
LEFT_BEHIND = (MessageState.CANCELLED, MessageState.EXPIRED)
UNSETTLED = (MessageState.QUEUED, MessageState.IN_DOUBT)


def join(session: Session, leaders: Mapping[int, int], *, fence: int) -> None:
    """Let claimed mails leave as parts of others: the leader of each by its id. No commit."""
    if not leaders:
        return
    sets.bulk_new(session.connection(), MailPart, ("message_id", "leader_id"), list(leaders.items()))
    put_back(session, message_ids=leaders, fence=fence)


def put_back(session: Session, *, message_ids: Collection[int], fence: int) -> None:
    """Give claimed mails back to the queue as they were. No commit."""
    for ids in sets.chunks(message_ids):
        session.execute(_PUT_BACK, {"these": ids, "b_fence": fence})


def settle(session: Session) -> Sequence[int]:
    """Let parts share the end of their leaders, and say which; whose leader was stopped is on its own. No commit."""
    ids = session.scalars(_ALL).all()
    if not ids:
        return ()
    settled = session.scalars(_SHARE, {"these": ids}).all()
    session.execute(_LEAVE)
    return settled


def _share() -> ReturningUpdate[Any]:
    theirs = (
        select(_leader)
        .join(_PARTS, _PARTS.c.leader_id == _leader.c.id)
        .where(_PARTS.c.message_id == _mails.id)
        .correlate(MESSAGES)
    )
    its_leader = theirs.with_only_columns(_leader.c.state).scalar_subquery()
    return (
        update(MESSAGES)
        .where(
            among(_mails.id, "these"),
            _mails.state.in_(UNSETTLED),
            its_leader.in_(SHARED),
            its_leader != _mails.state,
        )
        .values(
            {
                column: theirs.with_only_columns(_leader.c[column]).scalar_subquery()
                for column in ("state", "settled_at", "server_reply", "reason", "address")
            }
        )
        .returning(_mails.id)
    )


def _leave() -> Delete:
    """By what is a part, which is little: for an EXISTS PostgreSQL reads all mails that have ended."""
    leader = select(_leader.c.state).where(_leader.c.id == _PARTS.c.leader_id).scalar_subquery()
    part = select(_mails.state).where(_mails.id == _PARTS.c.message_id).scalar_subquery()
    return delete(_PARTS).where(leader.in_(LEFT_BEHIND) | part.not_in(UNSETTLED))


# every drain asks these: they are put together once
_mails, _leader, _PARTS, _SEALED = MESSAGES.c, MESSAGES.alias(), table_of(MailPart), table_of(SealedMail)
_ALL = select(_PARTS.c.message_id)
_SHARE = _share()
_LEAVE = _leave()
_PUT_BACK = (
    update(MESSAGES)
    .where(
        among(_mails.id, "these"),
        _mails.fence == bindparam("b_fence", type_=BigInteger),
        _mails.state == MessageState.CLAIMED,
    )
    .values(state=MessageState.QUEUED, fence=0, lease_until=None)
)
_REWRITE = (
    update(MESSAGES)
    .where(
        _mails.id.in_(select(_PARTS.c.leader_id).where(among(_PARTS.c.message_id, "these"))),
        _mails.state.in_(UNSENT),
        _mails.resends == 0,
    )
    .values(state=MessageState.QUEUED, lease_until=None, fence=0)
    .returning(_mails.id)
)
_FORGET = delete(_SEALED).where(among(_SEALED.c.message_id, "these"))
_PART = delete(_PARTS).where(among(_PARTS.c.message_id, "these"))


def rewrite_leaders(session: Session, *, message_ids: Collection[int]) -> None:
    """Let mails be written anew of which these were parts: they are not to be sent any more. No commit.

    A leader that is on its way to its dot keeps what it has; one that may have left before keeps its bytes.
    """
    for ids in sets.chunks(message_ids):
        if leaders := session.scalars(_REWRITE, {"these": ids}).all():
            session.execute(_FORGET, {"these": leaders})
        session.execute(_PART, {"these": ids})
