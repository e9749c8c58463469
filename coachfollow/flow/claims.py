"""Claims mails for sending: one owner each, by fence and lease, in batches (law 2)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Integer,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.dml import ReturningUpdate

from coachfollow.clock import LeaseTime
from coachfollow.extensions import UtcDateTime, installation, lease_time
from coachfollow.flow import history, sets
from coachfollow.models import CLAIM_FENCE, Base, DrainLease, MailPart, Message, Touchpoint
from coachfollow.rules import retry
from coachfollow.rules.kinds import MessageKind, MessageState, TouchpointState

MOST_BESIDE = 2000  # what else the people of one batch may have waiting

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

LAST_MOMENT = "cancelled at the last moment"
AT_LAST = {"because": "last moment"}  # in the event of it
TOO_LATE = "it was too late to send it"

LAPSED = Message.lapses > literal_column("0")  # word for word as the index of it has it
IS_PART = exists().where(MailPart.message_id == Message.id)  # it leaves with another mail, not by itself

MESSAGES = Base.metadata.tables["messages"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place at the mail server, held until its lease ends; the fence marks everything claimed under it."""

    id: int
    fence: int
    taken: LeaseTime
    failures: int  # how often in a row the server refused us here
    before: int  # the fence of whoever had it; no mail bears it, unless they died before they left


def take_place(session: Session, *, lease: LeaseTime, places: int = 1) -> Place | None:
    """Take a free place; None while others hold them all. No commit."""
    free = session.execute(
        select(DrainLease.id, DrainLease.fence, DrainLease.failures)
        .where(or_(DrainLease.boot != lease.boot, DrainLease.until <= lease.seconds))
        .where(DrainLease.id <= places)
        .order_by(DrainLease.id)
        .limit(1)
        .with_for_update(skip_locked=True)  # SQLite leaves it out; it lets one write at a time
    ).one_or_none()
    if free is None:
        return None
    fence = session.scalar(
        update(DrainLease)
        .where(DrainLease.id == free.id)
        .values(
            fence=_next_fence(session),
            boot=lease.boot,
            until=lease.seconds + installation().settings.lease_seconds,
        )
        .returning(DrainLease.fence)
        .execution_options(synchronize_session=False)
    )
    return Place(id=free.id, fence=fence or 0, taken=lease, failures=free.failures, before=free.fence)


def _next_fence(session: Session) -> ColumnElement[int]:
    """A number no batch has had: SQLite has no sequences, and lets one write at a time."""
    if session.get_bind().dialect.name != "sqlite":
        return CLAIM_FENCE.next_value()
    return select(func.max(aliased(DrainLease).fence) + 1).scalar_subquery()


def leave_place(session: Session, place: Place, *, rest: float = 0.0, failures: int = 0) -> None:
    """Give a place back if it is still ours, to be taken after a rest; its new fence is on no mail. No commit."""
    session.execute(
        update(DrainLease)
        .where(DrainLease.id == place.id, DrainLease.fence == place.fence)
        .values(until=lease_time(session).seconds + rest, fence=_next_fence(session), failures=failures)
        .execution_options(synchronize_session=False)
    )


def claim(
    session: Session, *, place: Place, now: datetime, most: int, journal_id: str | None = None
) -> Sequence[int]:
    """Claim the oldest due mails for the sender of a journal; one whose sender died is claimed alone. No commit."""
    alone = _claim(session, _ALONE, place=place, now=now, most=1, journal_id=journal_id)
    return alone or _claim(session, _SOUND, place=place, now=now, most=most, journal_id=journal_id)


def claim_beside(
    session: Session,
    *,
    place: Place,
    now: datetime,
    which: ColumnElement[bool],
    journal_id: str | None = None,
) -> Sequence[int]:
    """Claim what else is due of `which`, so that it can be decided together with what was claimed. No commit."""
    sound = _claiming(and_(Message.lapses == 0, which))
    return _claim(session, sound, place=place, now=now, most=MOST_BESIDE, journal_id=journal_id)


def expire(session: Session, *, now: datetime) -> int:
    """Settle what is too late to send, and say so at its touchpoint; gives how many. No commit."""
    too_late = session.execute(
        update(Message)
        .where(
            Message.state == MessageState.QUEUED, Message.send_at <= now, Message.expires_at <= now, ~IS_PART
        )
        .values(state=ended(MessageState.EXPIRED), settled_at=now, reason=TOO_LATE)
        .returning(Message.id, Message.state)
    ).all()
    for state, name in ((MessageState.EXPIRED, "mail expired"), (MessageState.IN_DOUBT, "mail in doubt")):
        for ids in sets.chunks([id_ for id_, ended_as in too_late if ended_as is state]):
            history.record_messages(session, name, at=now, where=Message.id.in_(ids))
            if state is MessageState.EXPIRED:
                mark_undeliverable(session, message_ids=ids, reason=TOO_LATE)
    return len(too_late)


def ended(state: MessageState) -> ColumnElement[MessageState]:
    """The end of a mail that nobody took this time; if an earlier copy may have arrived, it stays in doubt."""
    return case((Message.resends > 0, MessageState.IN_DOUBT), else_=state)


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
    session: Session,
    claiming: ReturningUpdate[int],
    *,
    place: Place,
    now: datetime,
    most: int,
    journal_id: str | None,
) -> Sequence[int]:
    facts = {
        "now": now,
        "most": most,
        "its_fence": place.fence,
        "its_journal": journal_id,
        "its_lease": place.taken.seconds + installation().settings.lease_seconds,
        "its_boot": place.taken.boot,
        "lease_now": place.taken.seconds,
    }
    return session.scalars(claiming, facts).all()


def _claiming(which: ColumnElement[bool]) -> ReturningUpdate[int]:
    """The oldest due mails of `which`, as `_claim` says whose they become."""
    boot = bindparam("its_boot", type_=String())
    may_retry = or_(
        Message.retry_at.is_(None),
        Message.retry_boot != boot,
        Message.retry_at <= bindparam("lease_now", type_=Float()),
    )
    is_due = Message.send_at <= bindparam("now", type_=UtcDateTime())
    oldest = (
        select(Message.id)
        .where(and_(Message.state == MessageState.QUEUED, is_due, may_retry, ~IS_PART, which))
        .order_by(Message.send_at, Message.id)
        .limit(bindparam("most", type_=Integer()))
        .with_for_update(skip_locked=True)
        .cte("oldest")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    return (
        update(Message)
        .where(Message.id.in_(select(oldest.c.id)))
        .values(
            state=MessageState.CLAIMED,
            fence=bindparam("its_fence", type_=BigInteger()),
            journal_id=bindparam("its_journal", type_=String()),
            lease_until=bindparam("its_lease", type_=Float()),
            lease_boot=boot,
        )
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )


# every drain asks these: they are put together once
_ALONE = _claiming(LAPSED)
_SOUND = _claiming(Message.lapses == 0)
