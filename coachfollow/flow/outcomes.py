"""Lets what became of mails reach the follow-ups, writes it down, and says that the drain is alive."""

from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Insert, Select, Update, bindparam, delete, select, update
from sqlalchemy.orm import Session

from coachfollow.extensions import UtcDateTime, among, unindexed
from coachfollow.flow import claims, history, locking, parts, plans, sets, unreachable, which
from coachfollow.flow.which import MESSAGES, Which
from coachfollow.models import Heartbeat, SealedMail, Touchpoint, table_of
from coachfollow.rules.kinds import MessageKind, MessageState, StepKind, TouchpointState

EVENT_OF = {
    MessageState.SENT: "mail sent",
    MessageState.FAILED: "mail failed",
    MessageState.IN_DOUBT: "mail in doubt",
}


_mails = MESSAGES.c


def follow_up(session: Session, *, batch: Which, now: datetime) -> None:
    """Let a batch's outcomes reach the follow-ups, in sets: prompts are done, lost questions say so. No commit."""
    settle_parts(session, now=now)
    reach(session, batch, now=now)
    _tell(session, batch, now)


def settle_parts(session: Session, *, now: datetime) -> None:
    """Let what became of mails reach their parts too, and the follow-ups of these. No commit."""
    for ids in sets.chunks(parts.settle(session)):
        reach(session, which.these(ids), now=now)
        _tell(session, which.these(ids), now)


def _tell(session: Session, batch: Which, now: datetime) -> None:
    for state, name in EVENT_OF.items():
        history.record_messages(session, name, at=now, mails=batch.that_are(state))


def take_over(session: Session, *, fence: int, now: datetime) -> None:
    """Follow up what a sender settled that died before it could; it finds nothing of that any more. No commit."""
    ids = session.scalars(_ENDED, {"its_fence": fence}).all() if fence else ()
    if not ids:
        return
    follow_up(session, batch=which.these(ids), now=now)
    session.execute(_TAKEN_OVER, {"its_ids": ids})


_ENDED = select(_mails.id).where(_mails.fence == bindparam("its_fence"), _mails.state.in_(EVENT_OF))
_TAKEN_OVER = update(MESSAGES).where(among(_mails.id, "its_ids")).values(fence=0)


def reach(session: Session, mails: Which, *, now: datetime) -> None:
    """Let the outcomes of these mails reach their follow-ups and people, and forget the bytes of what is over.

    No commit.
    """
    _complete_prompts(session, mails.that_are(MessageState.SENT), now)
    told = unreachable.read(session, mails)
    failed = [mail.id for mail in told if mail.state is MessageState.FAILED]
    claims.mark_undeliverable(session, message_ids=failed, reason="the mail could not be delivered")
    unreachable.note(session, told, now=now)
    blank(session)


def _complete_prompts(session: Session, sent: Which, now: datetime) -> None:
    """A prompt that has left has done its work; it may have been the last thing to come."""
    prompted = session.scalars(_prompted(sent.where), sent.values)
    plan_ids = [plan_id for plan_id in prompted if plan_id is not None]
    if not plan_ids:
        return
    locking.plans(session, plan_ids=plan_ids)
    session.execute(_complete(sent.where), {"its_now": now, **sent.values})
    plans.finish(session, plan_ids=plan_ids, now=now)


@cache
def _prompted(where: ColumnElement[bool]) -> Select[int | None]:
    return select(_mails.plan_id).where(where, _mails.kind == MessageKind.PROMPT).distinct()


@cache
def _complete(where: ColumnElement[bool]) -> Update:
    touchpoints = table_of(Touchpoint)
    return (
        update(touchpoints)
        .where(
            touchpoints.c.id.in_(select(_mails.touchpoint_id).where(where)),
            touchpoints.c.kind == StepKind.PROMPT,
            unindexed(touchpoints.c.state) == TouchpointState.OPEN.value,
        )
        .values(state=TouchpointState.COMPLETED, settled_at=bindparam("its_now", type_=UtcDateTime))
    )


def blank(session: Session) -> None:
    """Forget the bytes of mails that came to their end: they hold live links. No commit."""
    session.execute(_BLANK)


_SEALED = table_of(SealedMail)
_BLANK = delete(_SEALED).where(  # by what is sealed, which is little; an IN goes by all that has ended
    select(_mails.settled_at.is_not(None) & (_mails.state != MessageState.IN_DOUBT))
    .where(_mails.id == _SEALED.c.message_id)
    .scalar_subquery()
)


def beat(session: Session, *, name: str, now: datetime) -> None:
    """Say that a part of the system is alive. No commit."""
    session.execute(_beat(session.get_bind().dialect.name), {"name": name, "at": now})


@cache
def _beat(dialect: str) -> Insert:
    alive = sets.insert_by(dialect, Heartbeat)
    return alive.on_conflict_do_update(index_elements=["name"], set_={"at": alive.excluded.at})
