"""Takes back what senders that died had claimed or were handing over; what cannot be known is ruled by evidence.

Every ruling sets the fence 0, which no batch has: a sender that was only frozen finds nothing of its own any more.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple, assert_never

from sqlalchemy import Float, Integer, String, Update, bindparam, or_, select, update
from sqlalchemy.orm import Session

from coachfollow.clock import LeaseTime
from coachfollow.extensions import UtcDateTime, installation
from coachfollow.flow import claims, history, journals, outcomes, sets, which
from coachfollow.flow.which import MESSAGES
from coachfollow.mail.journal import Evidence, Machine
from coachfollow.mail.listening import Reply
from coachfollow.rules import doubt, retry
from coachfollow.rules.doubt import Ruling
from coachfollow.rules.kinds import MessageKind, MessageState

MOST_LAPSES = 5
ELSEWHERE = 60.0  # seconds in which the host that has the journal may rule by it
UNSETTLED = (Ruling.PUT_OFF, Ruling.NEVER_LEFT)
POISON = "the sender stopped five times while it was working on this mail"


class Held(NamedTuple):
    """A mail whose hold is over, as it is read."""

    id: int
    fence: int
    kind: MessageKind
    journal_id: str | None
    hold_until: float | None
    lease_boot: str | None
    resends: int
    refusals: int
    lapses: int
    unwanted: bool
    expires_at: datetime
    reason: str | None  # why an operator sends it again


_mails = MESSAGES.c
_BOOT = bindparam("b_boot", type_=String)
_LEASE = bindparam("b_lease", type_=Float)
_TAKE_BACK = (
    update(MESSAGES)
    .where(
        claims.HELD,
        _mails.state == MessageState.CLAIMED,
        or_(_mails.lease_boot != _BOOT, _mails.lease_until <= _LEASE),
    )
    .values(state=MessageState.QUEUED, fence=0, lapses=_mails.lapses + 1, lease_until=None)
    .returning(_mails.id)
)
_HELD = (
    select(*(_mails[name] for name in Held._fields))
    .where(
        claims.HELD,
        _mails.state == MessageState.HANDING,
        or_(_mails.lease_boot != _BOOT, _mails.hold_until <= _LEASE),
    )
    .with_for_update(skip_locked=True)
)
_SET_ASIDE = (
    update(MESSAGES)
    .where(_mails.state == MessageState.QUEUED, claims.LAPSED, _mails.lapses >= MOST_LAPSES)
    .values(
        state=claims.ended(MessageState.FAILED),
        settled_at=bindparam("b_at", type_=UtcDateTime),
        reason=POISON,
    )
    .returning(_mails.id, _mails.state)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """One mail, what becomes of it, and the reply it is ruled by."""

    mail: Held
    ruling: Ruling
    reply: Reply | None


def recover(session: Session, *, lease: LeaseTime, now: datetime) -> None:
    """Take back what was claimed by whoever is gone, and rule about what was being handed over. No commit."""
    lapsed = session.scalars(_TAKE_BACK, {"b_boot": lease.boot, "b_lease": lease.seconds}).all()
    _tell(session, "mail taken back", lapsed, now)
    if held := _held(session, lease):
        _carry_out(session, _rule(held, lease, now), lease, now)
    _set_poison_aside(session, now)


def _held(session: Session, lease: LeaseTime) -> Sequence[Held]:
    """Lock the mails whose hold is over; another drain that rules at this moment has the others."""
    held = session.execute(_HELD, {"b_boot": lease.boot, "b_lease": lease.seconds})
    return [Held(*row) for row in held]


def _rule(held: Sequence[Held], lease: LeaseTime, now: datetime) -> Sequence[Ruled]:
    said = journals.evidence({mail.journal_id for mail in held if mail.journal_id})
    here = journals.machine()
    return [
        _ruled(mail, said.get(mail.journal_id or ""), here, now)
        for mail in held
        if mail.journal_id in said or not _may_be_known_elsewhere(mail, lease)
    ]


def _may_be_known_elsewhere(mail: Held, lease: LeaseTime) -> bool:
    """Whether the host that wrote this mail's journal may still come to rule by it."""
    ours = mail.journal_id is None or mail.lease_boot != lease.boot or mail.hold_until is None
    return not ours and lease.seconds < (mail.hold_until or 0.0) + ELSEWHERE


def _ruled(mail: Held, evidence: Evidence | None, here: Machine, now: datetime) -> Ruled:
    which = (mail.id, mail.fence)
    reply = evidence.replies.get(which) if evidence else None
    ruling = doubt.rule(
        code=reply.code if reply else None,
        never_left=evidence is not None and evidence.proves_no_dot(which, here=here),
        may_repeat=_may_repeat(mail, now),
    )
    if ruling in UNSETTLED and mail.unwanted and mail.resends:  # no more copies, but one may have arrived
        ruling = Ruling.IN_DOUBT
    return Ruled(mail=mail, ruling=ruling, reply=reply)


def _may_repeat(mail: Held, now: datetime) -> bool:
    """Whether two copies are better than none: of a kind that is sent again, still wanted, and not too late."""
    settings = installation().settings
    is_wanted = not mail.unwanted and mail.expires_at > now
    return settings.when_in_doubt(mail.kind) == "resend" and mail.resends < settings.max_resends and is_wanted


def _carry_out(session: Session, ruled: Sequence[Ruled], lease: LeaseTime, now: datetime) -> None:
    if not ruled:
        return
    session.connection().execute(_settle(), [_values(one, lease, now) for one in ruled])
    stopped = [one.mail.id for one in ruled if _is_stopped(one)]
    ids = {
        ruling: [one.mail.id for one in ruled if one.ruling is ruling and not _is_stopped(one)]
        for ruling in Ruling
    }
    settled = ids[Ruling.SENT] + ids[Ruling.FAILED] + ids[Ruling.IN_DOUBT]
    outcomes.follow_up(session, batch=which.these(settled), now=now)
    _tell(session, "mail cancelled", stopped, now, facts=claims.AT_LAST)
    _tell(session, "mail put off", ids[Ruling.PUT_OFF], now)
    for ruling in (Ruling.NEVER_LEFT, Ruling.SENT_AGAIN):
        _tell(session, "mail taken back", ids[ruling], now, facts={"because": ruling})


def _is_stopped(one: Ruled) -> bool:
    """Whether it is over because nobody wants it any more: it certainly never arrived."""
    return one.ruling in UNSETTLED and one.mail.unwanted


def _values(one: Ruled, lease: LeaseTime, now: datetime) -> dict[str, object]:
    """What is to stand in the row of one mail."""
    mail = one.mail
    values: dict[str, object] = {
        "id": mail.id,
        "state": MessageState.QUEUED,
        "settled_at": None,
        "server_reply": str(one.reply) if one.reply else None,
        "reason": mail.reason,
        "lapses": mail.lapses,
        "resends": mail.resends,
        "refusals": mail.refusals,
        **claims.retry_columns(lease, None),
    }
    return {f"b_{name}": value for name, value in (values | _changes(one, lease, now)).items()}


def _changes(one: Ruled, lease: LeaseTime, now: datetime) -> dict[str, object]:
    mail = one.mail
    changes: dict[str, object]
    match one.ruling:
        case Ruling.SENT:
            changes = {"state": MessageState.SENT, "settled_at": now}
        case Ruling.FAILED if not mail.resends:
            changes = {"state": MessageState.FAILED, "settled_at": now}
        case Ruling.FAILED | Ruling.IN_DOUBT:  # refused now, but an earlier copy may have arrived
            changes = {"state": MessageState.IN_DOUBT, "settled_at": now}
        case Ruling.SENT_AGAIN:
            changes = {"resends": mail.resends + 1}
        case Ruling.PUT_OFF | Ruling.NEVER_LEFT if _is_stopped(one):
            stopped = claims.LAST_MOMENT
            changes = {"state": MessageState.CANCELLED, "settled_at": now, "reason": stopped}
        case Ruling.NEVER_LEFT:  # its sender died: next time it is alone, so that it cannot take others along
            changes = {"lapses": mail.lapses + 1}
        case Ruling.PUT_OFF:
            wait = retry.wait(mail.refusals + mail.lapses + 1, jitter=random.random())
            changes = {"refusals": mail.refusals + 1, **claims.retry_columns(lease, wait)}
        case _:
            assert_never(one.ruling)
    return changes


@cache
def _settle() -> Update:
    ruled = (
        *("state", "settled_at", "server_reply", "reason", "retry_at", "retry_boot"),
        *("lapses", "resends", "refusals"),
    )
    return (
        update(MESSAGES)
        .where(MESSAGES.c.id == bindparam("b_id", type_=Integer))
        .values(
            fence=0,
            lease_until=None,
            hold_until=None,
            **{name: bindparam(f"b_{name}", type_=MESSAGES.c[name].type) for name in ruled},
        )
    )


def _set_poison_aside(session: Session, now: datetime) -> None:
    """Fail what stopped its sender time and again, with the reason."""
    poisoned = session.execute(_SET_ASIDE, {"b_at": now}).all()
    failed = [id_ for id_, state in poisoned if state is MessageState.FAILED]
    claims.mark_undeliverable(session, message_ids=failed, reason=POISON)
    _tell(session, "mail failed", failed, now)
    _tell(session, "mail in doubt", [id_ for id_, _ in poisoned if id_ not in failed], now)


def _tell(
    session: Session,
    name: str,
    message_ids: Collection[int],
    now: datetime,
    facts: Mapping[str, object] | None = None,
) -> None:
    for ids in sets.chunks(message_ids):
        history.record_messages(session, name, at=now, mails=which.these(ids), facts=facts)
