"""Reads everything a batch of mails says, in a few statements for any number of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    case,
    exists,
    func,
    select,
)
from sqlalchemy.orm import Session, aliased

from coachfollow.extensions import among
from coachfollow.models import (
    CheckIn,
    CheckInAttendee,
    Coaching,
    Commitment,
    FollowUpPlan,
    MailPart,
    Message,
    Organisation,
    Person,
    ProgrammeVersion,
    Reporting,
    SealedMail,
    Touchpoint,
    TrainingSession,
    table_of,
)
from coachfollow.queries import programmes
from coachfollow.rules.kinds import LEFT, MAIL_OF, MessageKind, StepKind

# every batch asks these: they are put together once
_parts = table_of(MailPart).c
_PARTS = select(_parts.message_id, _parts.leader_id).where(among(_parts.leader_id, "ids"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail to be written: who to, about what."""

    id: int
    public_id: str
    kind: MessageKind
    n: int
    raw: bytes | None
    first_tried_at: datetime | None
    person_id: int
    person_version: int
    name: str | None
    address: str | None
    zone: str
    locale: str
    organisation: str
    sender_name: str
    reply_to: str
    plan_id: int | None
    participant_id: int | None
    participant: str | None
    version_id: int | None
    sponsor: str | None
    touchpoint_id: int | None
    touchpoint_kind: StepKind | None
    closes_at: datetime | None
    step_id: int | None
    session_date: date | None
    coach: str | None
    coach_address: str | None
    manager: str | None
    attendee_id: int | None
    is_pointless: bool  # nobody has the address, and nobody asked for it all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """The meeting an invitation is about."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    link: str | None
    coach_id: int
    plan: str  # by its public id
    coach: str
    participant: str


def letters(session: Session, *, message_ids: Collection[int]) -> Sequence[Letter]:
    """Give the letters of these messages, in the order they are to be sent."""
    rows = session.execute(_letters(), {"ids": message_ids})
    return [Letter(**dict(zip(Letter.__slots__, row, strict=True))) for row in rows]


@cache
def _letters() -> Select[*tuple[Any, ...]]:
    participant, coach, manager = aliased(Person), aliased(Person), aliased(Person)
    return (
        _columns(participant, coach, manager)
        .outerjoin(SealedMail, SealedMail.message_id == Message.id)
        .join(Person, Person.id == Message.person_id)
        .join(Organisation, Organisation.id == Message.organisation_id)
        .outerjoin(FollowUpPlan, FollowUpPlan.id == Message.plan_id)
        .outerjoin(participant, participant.id == FollowUpPlan.person_id)
        .outerjoin(ProgrammeVersion, ProgrammeVersion.id == FollowUpPlan.programme_version_id)
        .outerjoin(Touchpoint, Touchpoint.id == Message.touchpoint_id)
        .outerjoin(Coaching, and_(Coaching.plan_id == FollowUpPlan.id, Coaching.to_at.is_(None)))
        .outerjoin(coach, coach.id == Coaching.coach_id)
        .outerjoin(Reporting, and_(Reporting.person_id == participant.id, Reporting.to_at.is_(None)))
        .outerjoin(manager, manager.id == Reporting.manager_id)
        .where(among(Message.id, "ids"))
        .order_by(Message.send_at, Message.id)
    )


def parts(session: Session, *, leader_ids: Collection[int]) -> Mapping[int, Sequence[Letter]]:
    """Give the letters that leave as parts of these, by the one that leads."""
    rows = session.execute(_PARTS, {"ids": leader_ids})
    leader_of = {message_id: leader_id for message_id, leader_id in rows}  # noqa: C416  # rows are no tuples
    found: defaultdict[int, list[Letter]] = defaultdict(list)
    for letter in letters(session, message_ids=leader_of) if leader_of else ():
        found[leader_of[letter.id]].append(letter)
    return found


def _columns(
    participant: type[Person], coach: type[Person], manager: type[Person]
) -> Select[*tuple[Any, ...]]:
    """What a letter is made of, in the order of its fields."""
    return select(
        Message.id,
        Message.public_id,
        Message.kind,
        Message.n,
        SealedMail.raw,
        Message.first_tried_at,
        Person.id,
        Person.version,
        Person.name,
        _address(),
        Person.zone,
        Person.locale,
        Organisation.name,
        Organisation.sender_name,
        Organisation.reply_to,
        Message.plan_id,
        participant.id,
        participant.name,
        FollowUpPlan.programme_version_id,
        ProgrammeVersion.sponsor_name,
        Message.touchpoint_id,
        Touchpoint.kind,
        Touchpoint.closes_at,
        Touchpoint.step_id,
        last_day(),
        coach.name,
        coach.email,
        manager.name,
        Message.attendee_id,
        _is_pointless(),
    )


def last_day() -> ScalarSelect[date]:
    """The day of the group's last session."""
    return (
        select(func.max(TrainingSession.local_date))
        .where(TrainingSession.cohort_id == FollowUpPlan.cohort_id)
        .scalar_subquery()
    )


def _address() -> ColumnElement[str | None]:
    """Where a mail goes: where it went at its first attempt; nowhere once there is no address any more."""
    return case((Person.email.is_not(None), func.coalesce(Message.address, Person.email)))


def _is_pointless() -> ColumnElement[bool]:
    """Whether a mail goes to an address that does not exist, and was neither asked for nor sent again by hand."""
    return and_(
        Person.undeliverable_at.is_not(None), Message.kind.not_in(_ASKED_FOR), Message.reason.is_(None)
    )


_ASKED_FOR = frozenset({MessageKind.SIGN_IN, MessageKind.CURRENT_QUESTION})


def commitments(session: Session, *, plan_ids: Collection[int]) -> Mapping[int, tuple[bytes, bytes]]:
    """Give the sealed situation and action of each plan's newest commitment."""
    rows = session.execute(_commitments(), {"ids": plan_ids})
    return {plan_id: (situation, action) for plan_id, situation, action in rows}


@cache
def _commitments() -> Select[*tuple[Any, ...]]:
    every = table_of(Commitment).c
    newest = (
        select(every.plan_id, func.max(every.version).label("version"))
        .where(among(every.plan_id, "ids"))
        .group_by(every.plan_id)
        .subquery()
    )
    return select(every.plan_id, every.situation, every.action).join(
        newest, and_(newest.c.plan_id == every.plan_id, newest.c.version == every.version)
    )


def programme_title(session: Session, *, version_id: int, locale: str) -> str:
    """Give a programme's title in this language or its own."""
    return programmes.text(session, version_id=version_id, locale=locale).title


def with_new_coach(session: Session, *, plan_ids: Collection[int]) -> Collection[int]:
    """Give those of these plans that have another coach than before, as their participants have not read yet."""
    return session.scalars(_with_new_coach(), {"ids": plan_ids}).all()


@cache
def _with_new_coach() -> Select[int]:
    before = aliased(Coaching)
    said = (
        (Message.plan_id == Coaching.plan_id)
        & (Message.person_id == FollowUpPlan.person_id)
        & Message.kind.in_(_NAMES_COACH)
        & Message.state.in_(LEFT)
        & (Message.first_tried_at >= Coaching.from_at)
    )
    return (
        select(Coaching.plan_id)
        .join(FollowUpPlan, FollowUpPlan.id == Coaching.plan_id)
        .where(
            among(Coaching.plan_id, "ids"),
            Coaching.to_at.is_(None),
            exists().where(before.plan_id == Coaching.plan_id, before.to_at.is_not(None)),
            ~exists().where(said),
        )
    )


_NAMES_COACH = frozenset(
    {*MAIL_OF.values(), MessageKind.REMINDER, MessageKind.INVITATION, MessageKind.COACH_WILL_CALL}
)


def gatherings(session: Session, *, attendee_ids: Collection[int]) -> Mapping[int, Gathering]:
    """Give the meetings that attendees' calendar copies are about, by attendee; a meeting without a time is none."""
    rows = session.execute(_gatherings(), {"ids": attendee_ids})
    return {row[0]: Gathering(**dict(zip(Gathering.__slots__, row[1:], strict=True))) for row in rows}


@cache
def _gatherings() -> Select[*tuple[Any, ...]]:
    coach, participant = aliased(Person), aliased(Person)
    chosen: Select[*tuple[Any, ...]] = (
        select(
            CheckInAttendee.id,
            CheckInAttendee.uid,
            CheckInAttendee.sequence,
            CheckIn.starts_at,
            CheckIn.ends_at,
            CheckIn.link,
            CheckIn.coach_id,
            FollowUpPlan.public_id,
            func.coalesce(coach.name, ""),
            func.coalesce(participant.name, ""),
        )
        .join(CheckIn, CheckIn.id == CheckInAttendee.check_in_id)
        .join(coach, coach.id == CheckIn.coach_id)
        .join(Touchpoint, Touchpoint.id == CheckIn.touchpoint_id)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(participant, participant.id == FollowUpPlan.person_id)
        .where(
            among(CheckInAttendee.id, "ids"),
            CheckIn.starts_at.is_not(None),
            CheckIn.ends_at.is_not(None),
        )
    )
    return chosen
