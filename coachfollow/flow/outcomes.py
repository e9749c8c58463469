"""Lets what became of mails reach the follow-ups, writes it down, and says that the drain is alive."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from coachfollow.flow import claims, history, locking, parts, plans, sets
from coachfollow.models import Heartbeat, Message, SealedMail, Touchpoint
from coachfollow.rules.kinds import MessageKind, MessageState, StepKind, TouchpointState

EVENT_OF = {
    MessageState.SENT: "mail sent",
    MessageState.FAILED: "mail failed",
    MessageState.IN_DOUBT: "mail in doubt",
}


def follow_up(session: Session, *, batch: ColumnElement[bool], now: datetime) -> None:
    """Let a batch's outcomes reach the follow-ups, in sets: prompts are done, lost questions say so. No commit."""
    settle_parts(session, now=now)
    reach(session, batch, now=now)
    _tell(session, batch, now)


def settle_parts(session: Session, *, now: datetime) -> None:
    """Let what became of mails reach their parts too, and the follow-ups of these. No commit."""
    for ids in sets.chunks(parts.settle(session)):
        reach(session, Message.id.in_(ids), now=now)
        _tell(session, Message.id.in_(ids), now)


def _tell(session: Session, batch: ColumnElement[bool], now: datetime) -> None:
    for state, name in EVENT_OF.items():
        history.record_messages(session, name, at=now, where=batch & (Message.state == state))


def take_over(session: Session, *, fence: int, now: datetime) -> None:
    """Follow up what a sender settled that died before it could; it finds nothing of that any more. No commit."""
    ended = Message.state.in_(EVENT_OF)
    ids = session.scalars(select(Message.id).where(Message.fence == fence, ended)).all() if fence else ()
    if not ids:
        return
    follow_up(session, batch=Message.id.in_(ids), now=now)
    session.execute(update(Message).where(Message.id.in_(ids)).values(fence=0))


def reach(session: Session, mails: ColumnElement[bool], *, now: datetime) -> None:
    """Let the outcomes of these mails reach their follow-ups, and forget the bytes of what is over. No commit."""
    _complete_prompts(session, mails & (Message.state == MessageState.SENT), now)
    failed = session.scalars(select(Message.id).where(mails, Message.state == MessageState.FAILED)).all()
    claims.mark_undeliverable(session, message_ids=failed, reason="the mail could not be delivered")
    blank(session)


def _complete_prompts(session: Session, sent: ColumnElement[bool], now: datetime) -> None:
    """A prompt that has left has done its work; it may have been the last thing to come."""
    prompted = select(Message.plan_id).where(sent, Message.kind == MessageKind.PROMPT).distinct()
    plan_ids = [plan_id for plan_id in session.scalars(prompted) if plan_id is not None]
    if not plan_ids:
        return
    locking.plans(session, plan_ids=plan_ids)
    session.execute(
        update(Touchpoint)
        .where(
            Touchpoint.id.in_(select(Message.touchpoint_id).where(sent)),
            Touchpoint.kind == StepKind.PROMPT,
            Touchpoint.state == TouchpointState.OPEN,
        )
        .values(state=TouchpointState.COMPLETED, settled_at=now)
        .execution_options(synchronize_session=False)
    )
    plans.finish(session, plan_ids=plan_ids, now=now)


def blank(session: Session) -> None:
    """Forget the bytes of mails that came to their end: they hold live links. No commit."""
    over = select(Message.id).where(Message.settled_at.is_not(None), Message.state != MessageState.IN_DOUBT)
    session.execute(
        delete(SealedMail)
        .where(SealedMail.message_id.in_(over.where(Message.id == SealedMail.message_id)))
        .execution_options(synchronize_session=False)
    )


def beat(session: Session, *, name: str, now: datetime) -> None:
    """Say that a part of the system is alive. No commit."""
    alive = sets.insert(session, Heartbeat).values(name=name, at=now)
    session.execute(alive.on_conflict_do_update(index_elements=["name"], set_={"at": now}))
