"""Claims mails for sending: one owner each, by fence and lease, in batches (law 2)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Integer,
    String,
    Update,
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
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from coachfollow.clock import LeaseTime
from coachfollow.extensions import UtcDateTime, among, installation, lease_time, unindexed
from coachfollow.flow import history, sets, which
from coachfollow.flow.which import MESSAGES
from coachfollow.models import CLAIM_FENCE, DrainLease, MailPart, Touchpoint, table_of
from coachfollow.rules import limits, retry
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

_mails = MESSAGES.c
_parts = table_of(MailPart).c
_TOUCHPOINTS = table_of(Touchpoint)
_PLACES = table_of(DrainLease)
_NOW = bindparam("now", type_=UtcDateTime)

# word for word as their indexes have it: SQLite knows no other way to them
LAPSED = _mails.lapses > literal_column("0")
HELD = _mails.state.in_([literal_column("'claimed'"), literal_column("'handing'")])
IS_PART = exists().where(_parts.message_id == _mails.id)  # it leaves with another mail, not by itself


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
        _FREE, {"its_boot": lease.boot, "lease_now": lease.seconds, "places": places}
    ).one_or_none()
    if free is None:
        return None
    fence = session.scalar(
        _taking(session.get_bind().dialect.name),
        {
            "its_id": free.id,
            "its_boot": lease.boot,
            "its_end": lease.seconds + installation().settings.lease_seconds,
        },
    )
    return Place(id=free.id, fence=fence or 0, taken=lease, failures=free.failures, before=free.fence)


_FREE = (
    select(_PLACES.c.id, _PLACES.c.fence, _PLACES.c.failures)
    .where(
        or_(
            _PLACES.c.boot != bindparam("its_boot", type_=String),
            _PLACES.c.until <= bindparam("lease_now", type_=Float),
        )
    )
    .where(_PLACES.c.id <= bindparam("places", type_=Integer))
    .order_by(_PLACES.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)  # SQLite leaves it out; it lets one write at a time
)


@cache
def _taking(dialect: str) -> ReturningUpdate[Any]:
    return (
        update(_PLACES)
        .where(_PLACES.c.id == bindparam("its_id", type_=Integer))
        .values(
            fence=_next_fence(dialect),
            boot=bindparam("its_boot", type_=String),
            until=bindparam("its_end", type_=Float),
        )
        .returning(_PLACES.c.fence)
    )


def _next_fence(dialect: str) -> ColumnElement[int]:
    """A number no batch has had: SQLite has no sequences, and lets one write at a time."""
    if dialect != "sqlite":
        return CLAIM_FENCE.next_value()
    return select(func.max(_PLACES.alias().c.fence) + 1).scalar_subquery()


def leave_place(session: Session, place: Place, *, rest: float = 0.0, failures: int = 0) -> None:
    """Give a place back if it is still ours, to be taken after a rest; its new fence is on no mail. No commit."""
    session.execute(
        _leaving(session.get_bind().dialect.name),
        {
            "its_id": place.id,
            "its_fence": place.fence,
            "its_end": lease_time(session).seconds + rest,
            "its_failures": failures,
        },
    )


@cache
def _leaving(dialect: str) -> Update:
    return (
        update(_PLACES)
        .where(
            _PLACES.c.id == bindparam("its_id", type_=Integer),
            _PLACES.c.fence == bindparam("its_fence", type_=BigInteger),
        )
        .values(
            until=bindparam("its_end", type_=Float),
            fence=_next_fence(dialect),
            failures=bindparam("its_failures", type_=Integer),
        )
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
    ids: Collection[int],
    place: Place,
    now: datetime,
    journal_id: str | None = None,
) -> Sequence[int]:
    """Claim what else that counts is due to the people of these mails: it is decided together. No commit."""
    return _claim(session, _BESIDE, place=place, now=now, most=MOST_BESIDE, journal_id=journal_id, these=ids)


def expire(session: Session, *, now: datetime) -> int:
    """Settle what is too late to send, and say so at its touchpoint; gives how many. No commit."""
    too_late = session.execute(_EXPIRE, {"now": now}).all()
    for state, name in ((MessageState.EXPIRED, "mail expired"), (MessageState.IN_DOUBT, "mail in doubt")):
        for ids in sets.chunks([id_ for id_, ended_as in too_late if ended_as is state]):
            history.record_messages(session, name, at=now, mails=which.these(ids))
            if state is MessageState.EXPIRED:
                mark_undeliverable(session, message_ids=ids, reason=TOO_LATE)
    return len(too_late)


def ended(state: MessageState) -> ColumnElement[MessageState]:
    """The end of a mail that nobody took this time; if an earlier copy may have arrived, it stays in doubt."""
    return case((_mails.resends > 0, MessageState.IN_DOUBT), else_=state)


_EXPIRE = (
    update(MESSAGES)
    .where(_mails.state == MessageState.QUEUED, _mails.send_at <= _NOW, _mails.expires_at <= _NOW, ~IS_PART)
    .values(state=ended(MessageState.EXPIRED), settled_at=_NOW, reason=TOO_LATE)
    .returning(_mails.id, _mails.state)
)


def mark_undeliverable(session: Session, *, message_ids: Collection[int], reason: str) -> None:
    """Say at the touchpoints that these mails opened that nobody was reached. No commit."""
    for ids in sets.chunks(message_ids):
        session.execute(_MARK, {"these": ids, "its_reason": reason})


_MARK = (
    update(_TOUCHPOINTS)
    .where(
        _TOUCHPOINTS.c.id.in_(
            select(_mails.touchpoint_id).where(among(_mails.id, "these"), _mails.kind.in_(OPENING))
        ),
        unindexed(_TOUCHPOINTS.c.state) == TouchpointState.OPEN.value,
    )
    .values(undeliverable=True, state_reason=bindparam("its_reason", type_=String))
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
    claiming: ReturningUpdate[Any],
    *,
    place: Place,
    now: datetime,
    most: int,
    journal_id: str | None,
    **values: object,
) -> Sequence[int]:
    facts = {
        "now": now,
        "most": most,
        "its_fence": place.fence,
        "its_journal": journal_id,
        "its_lease": place.taken.seconds + installation().settings.lease_seconds,
        "its_boot": place.taken.boot,
        "lease_now": place.taken.seconds,
        **values,
    }
    return session.scalars(claiming, facts).all()


def _claiming(wanted: ColumnElement[bool]) -> ReturningUpdate[Any]:
    """The oldest due mails of those wanted, as `_claim` says whose they become."""
    boot = bindparam("its_boot", type_=String())
    may_retry = or_(
        _mails.retry_at.is_(None),
        _mails.retry_boot != boot,
        _mails.retry_at <= bindparam("lease_now", type_=Float()),
    )
    oldest = (
        select(_mails.id)
        .where(_mails.state == MessageState.QUEUED, _mails.send_at <= _NOW, may_retry, ~IS_PART, wanted)
        .order_by(_mails.send_at, _mails.id)
        .limit(bindparam("most", type_=Integer()))
        .with_for_update(skip_locked=True)
        .cte("oldest")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    return (
        update(MESSAGES)
        .where(_mails.id.in_(select(oldest.c.id)))
        .values(
            state=MessageState.CLAIMED,
            fence=bindparam("its_fence", type_=BigInteger()),
            journal_id=bindparam("its_journal", type_=String()),
            lease_until=bindparam("its_lease", type_=Float()),
            lease_boot=boot,
        )
        .returning(_mails.id)
    )


# every drain asks these: they are put together once, from tables, with their values left open
_COUNTS = _mails.kind.in_(limits.COUNTED)
_ALONE = _claiming(LAPSED)
_SOUND = _claiming(_mails.lapses == 0)
_BESIDE = _claiming(
    and_(
        _mails.lapses == 0,
        _mails.person_id.in_(select(_mails.person_id).where(among(_mails.id, "these"), _COUNTS)),
        _COUNTS,
    )
)
