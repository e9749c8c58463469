"""Claims mails for sending: one owner each, by fence and lease, in batches (law 2)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from coachfollow.clock import LeaseTime
from coachfollow.extensions import lease_time
from coachfollow.flow import history, sets
from coachfollow.models import CLAIM_FENCE, Base, DrainLease, Message, Touchpoint
from coachfollow.rules import retry
from coachfollow.rules.kinds import MessageKind, MessageState, TouchpointState

LEASE = timedelta(seconds=60)
HOLD = timedelta(minutes=15)  # longer than a mail server keeps a silent client, RFC 5321 4.5.3.2
MOST_LAPSES = 5

# what a follow-up asks or says first; beside these there are reminders, announcements, words to a coach
OPENING = frozenset(
    {
        MessageKind.COMMITMENT,
        MessageKind.PROMPT,
        MessageKind.REFLECTION,
        MessageKind.SPONSOR,
        MessageKind.UNPROMPTED,
    }
)

TOO_LATE = "it was too late to send it"
POISON = "the sender stopped five times while it was working on this mail"

MESSAGES = Base.metadata.tables["messages"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place at the mail server, held until its lease ends; the fence marks everything claimed under it."""

    id: int
    fence: int
    taken: LeaseTime


def take_place(session: Session, *, lease: LeaseTime, places: int = 1) -> Place | None:
    """Take a free place; None while others hold them all. No commit."""
    free = (
        select(DrainLease.id)
        .where(or_(DrainLease.boot != lease.boot, DrainLease.until <= lease.seconds))
        .where(DrainLease.id <= places)
        .order_by(DrainLease.id)
        .limit(1)
        .with_for_update(skip_locked=True)  # SQLite leaves it out; it needs none
        .cte("free")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    taken = session.execute(
        update(DrainLease)
        .where(DrainLease.id.in_(select(free.c.id)))
        .values(
            fence=_next_fence(session),
            boot=lease.boot,
            until=lease.seconds + LEASE.total_seconds(),
        )
        .returning(DrainLease.id, DrainLease.fence)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return Place(id=taken.id, fence=taken.fence, taken=lease) if taken else None


def _next_fence(session: Session) -> ColumnElement[int]:
    """A number no batch has had: SQLite has no sequences, and lets one write at a time."""
    if session.get_bind().dialect.name != "sqlite":
        return CLAIM_FENCE.next_value()
    return select(func.max(aliased(DrainLease).fence) + 1).scalar_subquery()


def leave_place(session: Session, place: Place, *, rest: float = 0.0) -> None:
    """Give a place back if it is still ours; nobody takes it before so many seconds of rest. No commit."""
    session.execute(
        update(DrainLease)
        .where(DrainLease.id == place.id, DrainLease.fence == place.fence)
        .values(until=lease_time(session).seconds + rest)
    )


def claim(session: Session, *, place: Place, now: datetime, most: int) -> Sequence[int]:
    """Claim the oldest due mails; one whose sender died before is claimed alone. No commit."""
    alone = _claim(session, place, now, 1, Message.lapses > 0)
    return alone or _claim(session, place, now, most, Message.lapses == 0)


def expire(session: Session, *, now: datetime) -> int:
    """Settle what is too late to send, and say so at its touchpoint; gives how many. No commit."""
    too_late = session.scalars(
        update(Message)
        .where(Message.state == MessageState.QUEUED, Message.send_at <= now, Message.expires_at <= now)
        .values(state=MessageState.EXPIRED, settled_at=now, reason=TOO_LATE)
        .returning(Message.id)
    ).all()
    mark_undeliverable(session, message_ids=too_late, reason=TOO_LATE)
    for ids in sets.chunks(too_late):
        history.record_messages(session, "mail expired", at=now, where=Message.id.in_(ids))
    return len(too_late)


def recover(session: Session, *, lease: LeaseTime, now: datetime) -> int:
    """Take back what a sender that died had claimed; what was past its dot is in doubt. No commit."""
    over = or_(Message.lease_boot != lease.boot, Message.lease_until <= lease.seconds)
    lapsed = session.scalars(
        update(Message)
        .where(Message.state == MessageState.CLAIMED, over)
        .values(state=MessageState.QUEUED, lapses=Message.lapses + 1, lease_until=None)
        .returning(Message.id)
    ).all()
    poisoned = session.scalars(
        update(Message)
        .where(Message.state == MessageState.QUEUED, Message.lapses >= MOST_LAPSES)
        .values(state=MessageState.FAILED, settled_at=now, reason=POISON)
        .returning(Message.id)
    ).all()
    mark_undeliverable(session, message_ids=poisoned, reason=POISON)
    held_over = or_(Message.lease_boot != lease.boot, Message.hold_until <= lease.seconds)
    in_doubt = session.scalars(
        update(Message)
        .where(Message.state == MessageState.HANDING, held_over)
        .values(state=MessageState.IN_DOUBT, settled_at=now)
        .returning(Message.id)
    ).all()
    for name, found in (("mail taken back", lapsed), ("mail failed", poisoned), ("mail in doubt", in_doubt)):
        for ids in sets.chunks(found):
            history.record_messages(session, name, at=now, where=Message.id.in_(ids))
    return len(lapsed)


def mark_undeliverable(session: Session, *, message_ids: Collection[int], reason: str) -> None:
    """Say at the touchpoints that these mails opened that nobody was reached. No commit."""
    for ids in sets.chunks(message_ids):
        opened = select(Message.touchpoint_id).where(Message.id.in_(ids), Message.kind.in_(OPENING))
        session.execute(
            update(Touchpoint)
            .where(Touchpoint.id.in_(opened), Touchpoint.state == TouchpointState.OPEN)
            .values(undeliverable=True, state_reason=reason)
            .execution_options(synchronize_session=False)
        )


def retry_values(place: Place, *, attempt: int, jitter: float) -> dict[str, object]:
    """When a mail that was refused for now is tried again: 1, 5, 15, 60 minutes, then hourly."""
    return retry_columns(place.taken, retry.wait(attempt, jitter=jitter))


def retry_columns(lease: LeaseTime, wait: timedelta | None) -> dict[str, object]:
    """When a mail may be tried again: at once, or after a wait in lease time."""
    if wait is None:
        return {"retry_at": None, "retry_boot": None}
    return {"retry_at": lease.seconds + wait.total_seconds(), "retry_boot": lease.boot}


def _claim(
    session: Session, place: Place, now: datetime, most: int, which: ColumnElement[bool]
) -> Sequence[int]:
    may_retry = or_(
        Message.retry_at.is_(None),
        Message.retry_boot != place.taken.boot,
        Message.retry_at <= place.taken.seconds,
    )
    oldest = (
        select(Message.id)
        .where(and_(Message.state == MessageState.QUEUED, Message.send_at <= now, may_retry, which))
        .order_by(Message.send_at, Message.id)
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("oldest")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    claimed = session.scalars(
        update(Message)
        .where(Message.id.in_(select(oldest.c.id)))
        .values(
            state=MessageState.CLAIMED,
            fence=place.fence,
            lease_until=place.taken.seconds + LEASE.total_seconds(),
            lease_boot=place.taken.boot,
        )
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return claimed.all()
