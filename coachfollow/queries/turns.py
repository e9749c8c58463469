"""Reads what a limit is decided by, for many people at once: their mails in hand, what comes, what has left."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Date, Select, bindparam, exists, not_, select, union_all
from sqlalchemy.orm import Session

from coachfollow.extensions import UtcDateTime, among
from coachfollow.models import (
    FollowUpPlan,
    MailPart,
    MailTurn,
    Message,
    Person,
    Reporting,
    SealedMail,
    Step,
    Touchpoint,
)
from coachfollow.queries import due
from coachfollow.rules import limits
from coachfollow.rules.kinds import MAIL_OF, Audience, MessageKind, MessageState, StepKind, TouchpointState

# every batch asks these: they are put together once
_UNTIL = bindparam("until", type_=UtcDateTime)


@dataclass(frozen=True, slots=True, kw_only=True)
class InHand:
    """A claimed mail that counts, with what its limit is decided by."""

    id: int
    kind: MessageKind
    person_id: int
    organisation_id: int
    zone: str
    send_at: datetime
    expires_at: datetime
    wanted_at: datetime | None
    touchpoint_id: int | None
    audience: Audience | None
    closes_at: datetime | None
    resends: int
    is_written: bool
    leads: bool
    by_hand: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A mail that is not in hand: queued, or the first one of a follow-up that is still to open."""

    person_id: int
    kind: MessageKind
    send_at: datetime
    until: datetime
    touchpoint_id: int | None
    audience: Audience | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A place that somebody's mail took, and how that mail stands."""

    person_id: int
    day: date
    nth: int
    week: date
    nth_of_week: int
    message_id: int
    state: MessageState


def in_hand(session: Session, *, message_ids: Collection[int]) -> Sequence[InHand]:
    """Give those of these mails that count."""
    rows = session.execute(_in_hand(), {"ids": message_ids})
    return [InHand(**dict(zip(InHand.__slots__, row, strict=True))) for row in rows]


@cache
def _in_hand() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Message.id,
            Message.kind,
            Message.person_id,
            Message.organisation_id,
            Person.zone,
            Message.send_at,
            Message.expires_at,
            Message.wanted_at,
            Message.touchpoint_id,
            Touchpoint.audience,
            Touchpoint.closes_at,
            Message.resends,
            SealedMail.message_id.is_not(None),
            exists().where(MailPart.leader_id == Message.id),
            Message.reason.is_not(None),  # of what has no end yet, whoever sent it again gave one
        )
        .join(Person, Person.id == Message.person_id)
        .outerjoin(Touchpoint, Touchpoint.id == Message.touchpoint_id)
        .outerjoin(SealedMail, SealedMail.message_id == Message.id)
        .where(among(Message.id, "ids"), Message.kind.in_(limits.COUNTED))
    )


def taken(session: Session, *, people: Collection[int], since: date) -> Sequence[Turn]:
    """Give the turns these people's mails took, from that day on."""
    rows = session.execute(_taken(), {"ids": people, "since": since})
    return [Turn(**dict(zip(Turn.__slots__, row, strict=True))) for row in rows]


@cache
def _taken() -> Select[*tuple[Any, ...]]:
    return (
        select(
            MailTurn.person_id,
            MailTurn.day,
            MailTurn.nth,
            MailTurn.week,
            MailTurn.nth_of_week,
            MailTurn.message_id,
            Message.state,
        )
        .join(Message, Message.id == MailTurn.message_id)
        .where(among(MailTurn.person_id, "ids"), MailTurn.day >= bindparam("since", type_=Date))
    )


def coming(session: Session, *, people: Collection[int], until: datetime) -> Sequence[Coming]:
    """Give what these people are to get up to a moment and is not in hand: queued mails, follow-ups to open."""
    return [*_queued(session, people, until), *_planned(session, people, until)]


def _queued(session: Session, people: Collection[int], until: datetime) -> Iterator[Coming]:
    rows = session.execute(_waiting(), {"ids": people, "until": until})
    for person_id, kind, send_at, expires_at, touchpoint_id, audience in rows:
        yield Coming(
            person_id=person_id,
            kind=kind,
            send_at=send_at,
            until=expires_at,
            touchpoint_id=touchpoint_id,
            audience=audience,
        )


@cache
def _waiting() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Message.person_id,
            Message.kind,
            Message.send_at,
            Message.expires_at,
            Message.touchpoint_id,
            Touchpoint.audience,
        )
        .outerjoin(Touchpoint, Touchpoint.id == Message.touchpoint_id)
        .where(
            Message.state == MessageState.QUEUED,
            among(Message.person_id, "ids"),
            Message.kind.in_(limits.COUNTED),
            Message.send_at <= _UNTIL,
            ~exists().where(MailPart.message_id == Message.id),
        )
    )


def _planned(session: Session, people: Collection[int], until: datetime) -> Iterator[Coming]:
    """The follow-ups of these people, and those of their reports that speak to them as a manager."""
    rows = session.execute(_to_open(), {"ids": people, "until": until})
    for touchpoint_id, kind, audience, due_at, closes_at, person_id in rows:
        if kind is not StepKind.CHECK_IN:  # a meeting is invited to, which does not count
            yield Coming(
                person_id=person_id,
                kind=MAIL_OF[kind],
                send_at=due_at,
                until=closes_at,
                touchpoint_id=touchpoint_id,
                audience=audience,
            )


@cache
def _to_open() -> CompoundSelect[*tuple[Any, ...]]:
    chosen = (
        select(Touchpoint.id, Touchpoint.kind, Touchpoint.audience, Touchpoint.due_at, Touchpoint.closes_at)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Step, Step.id == Touchpoint.step_id)
        .where(Touchpoint.state == TouchpointState.PLANNED, Touchpoint.due_at <= _UNTIL, due.RUNNING)
    )
    own = (
        chosen.add_columns(FollowUpPlan.person_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(
            among(FollowUpPlan.person_id, "ids"),
            Touchpoint.audience == Audience.PARTICIPANT,
            not_(due.STANDS_THERE),
        )
    )
    managed = (
        chosen.add_columns(Reporting.manager_id)
        .join(Reporting, (Reporting.person_id == FollowUpPlan.person_id) & Reporting.to_at.is_(None))
        .where(among(Reporting.manager_id, "ids"), Touchpoint.audience == Audience.MANAGER)
    )
    return union_all(own, managed)
