"""Joins mails that leave as one: the leader carries them, and they share its end, each with its own follow-up."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session, aliased

from coachfollow.flow import sets
from coachfollow.models import MailPart, Message, SealedMail
from coachfollow.rules.kinds import UNSENT, MessageState

SHARED = (MessageState.SENT, MessageState.FAILED, MessageState.IN_DOUBT)
LEFT_BEHIND = (MessageState.CANCELLED, MessageState.EXPIRED)
UNSETTLED = (MessageState.QUEUED, MessageState.IN_DOUBT)


def join(session: Session, leaders: Mapping[int, int], *, fence: int) -> None:
    """Let claimed mails leave as parts of others: the leader of each by its id. No commit."""
    if not leaders:
        return
    rows = [{"message_id": part, "leader_id": leader} for part, leader in leaders.items()]
    session.execute(sets.insert_new(session, MailPart), rows)
    put_back(session, message_ids=leaders, fence=fence)


def put_back(session: Session, *, message_ids: Collection[int], fence: int) -> None:
    """Give claimed mails back to the queue as they were. No commit."""
    for ids in sets.chunks(message_ids):
        session.execute(
            update(Message)
            .where(Message.id.in_(ids), Message.fence == fence, Message.state == MessageState.CLAIMED)
            .values(state=MessageState.QUEUED, fence=0, lease_until=None)
            .execution_options(synchronize_session=False)
        )


def settle(session: Session) -> Sequence[int]:
    """Let parts share the end of their leaders, and say which; whose leader was stopped is on its own. No commit."""
    if session.scalar(select(MailPart.message_id).limit(1)) is None:
        return ()
    leader = aliased(Message)
    theirs = (
        select(leader)
        .join(MailPart, MailPart.leader_id == leader.id)
        .where(MailPart.message_id == Message.id)
        .correlate(Message)
    )
    settled = session.scalars(
        update(Message)
        .where(
            Message.id.in_(select(MailPart.message_id)),
            Message.state.in_(UNSETTLED),
            exists(theirs.where(leader.state.in_(SHARED), leader.state != Message.state)),
        )
        .values(
            {
                column: theirs.with_only_columns(getattr(leader, column)).scalar_subquery()
                for column in ("state", "settled_at", "server_reply", "reason", "address")
            }
        )
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()
    stopped = select(leader.id).where(leader.id == MailPart.leader_id, leader.state.in_(LEFT_BEHIND))
    over = select(Message.id).where(Message.id == MailPart.message_id, Message.state.not_in(UNSETTLED))
    session.execute(
        delete(MailPart).where(exists(stopped) | exists(over)).execution_options(synchronize_session=False)
    )
    return settled


def rewrite_leaders(session: Session, *, message_ids: Collection[int]) -> None:
    """Let mails be written anew of which these were parts: they are not to be sent any more. No commit.

    A leader that is on its way to its dot keeps what it has; one that may have left before keeps its bytes.
    """
    for ids in sets.chunks(message_ids):
        leaders = session.scalars(
            update(Message)
            .where(
                Message.id.in_(select(MailPart.leader_id).where(MailPart.message_id.in_(ids))),
                Message.state.in_(UNSENT),
                Message.resends == 0,
            )
            .values(state=MessageState.QUEUED, lease_until=None, fence=0)
            .returning(Message.id)
            .execution_options(synchronize_session=False)
        ).all()
        session.execute(delete(SealedMail).where(SealedMail.message_id.in_(leaders)))
        session.execute(delete(MailPart).where(MailPart.message_id.in_(ids)))
