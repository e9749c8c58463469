"""Reads what there is about one person: what erasing them would do, and every row that is theirs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, func, or_, select
from sqlalchemy.orm import Session

from coachfollow.models import (
    Answer,
    Base,
    CheckIn,
    CheckInAttendee,
    Coaching,
    FollowUpPlan,
    Message,
    Person,
    Reporting,
    Touchpoint,
)
from coachfollow.queries import keys
from coachfollow.rules.kinds import UNSENT, CheckInState, PlanState
from coachfollow.vault import WrongKey

RUNNING = (PlanState.ACTIVE, PlanState.PAUSED)
# rights and proofs, of no use to anybody but this system
WITHHELD = frozenset({"tokens", "calendar_feeds", "sealed_mails", "person_keys"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What erasing somebody would end."""

    public_id: str  # whom it is about: an address may be another's by the time it is confirmed
    name: str
    follow_ups: int  # that run
    mails: int  # that have not left
    meetings: int  # to come, as participant or coach
    coached: int  # follow-ups that would be without a coach
    managed: int  # people who would be without a manager


def foresee(session: Session, *, person_id: int, now: datetime) -> Foreseen:
    """Say what erasing somebody would end, before it is done."""
    counts = select(
        _count(FollowUpPlan, FollowUpPlan.person_id == person_id, FollowUpPlan.state.in_(RUNNING)),
        _count(Message, Message.person_id == person_id, Message.state.in_(UNSENT)),
        _meetings(person_id, now),
        _count(Coaching, Coaching.coach_id == person_id, Coaching.to_at.is_(None)),
        _count(Reporting, Reporting.manager_id == person_id, Reporting.to_at.is_(None)),
    )
    follow_ups, mails, meetings, coached, managed = session.execute(counts).one()
    person = session.get_one(Person, person_id)
    return Foreseen(
        public_id=person.public_id,
        name=person.name or "",
        follow_ups=follow_ups,
        mails=mails,
        meetings=meetings,
        coached=coached,
        managed=managed,
    )


def rows(session: Session, *, person_id: int) -> Mapping[str, Sequence[Mapping[str, object]]]:
    """Give every row that is about somebody, by table, their private texts opened; raises vault.WrongKey."""
    person = session.get_one(Person, person_id)
    key = keys.keys_of(session, person_ids=[person_id]).get(person_id)
    if key is not None:
        key.check()
    found: dict[str, Sequence[Mapping[str, object]]] = {}
    for table in Base.metadata.sorted_tables:
        where = list(_theirs(table, person.id))
        if where and table.name not in WITHHELD:
            read = session.execute(select(table).where(or_(*where)).order_by(*table.primary_key))
            found[table.name] = [
                {name: _said(value, key) for name, value in row.items()} for row in read.mappings()
            ]
    return {name: some for name, some in found.items() if some}


def _theirs(table: Table, person_id: int) -> Iterator[ColumnElement[bool]]:
    """Say how the rows of one table belong to a person: their own, of their follow-ups, or of their meetings."""
    plans = select(FollowUpPlan.id).where(FollowUpPlan.person_id == person_id)
    columns = table.c
    if table.name == "people":
        yield columns.id == person_id
    elif table.name == "messages" or "person_id" in columns:
        yield columns.person_id == person_id
    elif "plan_id" in columns:
        yield columns.plan_id.in_(plans)
    elif table.name in {"check_ins", "adaptations"}:
        yield columns.touchpoint_id.in_(select(Touchpoint.id).where(Touchpoint.plan_id.in_(plans)))
    elif table.name == "blockers":
        yield columns.answer_id.in_(select(Answer.id).where(Answer.person_id == person_id))


def _said(value: Any, key: keys.TextKey | None) -> object:
    """Open what is sealed with the person's own key; what another's key has sealed stays shut."""
    if not isinstance(value, bytes):
        return value
    try:
        return key.open(value) if key else None
    except WrongKey:
        return None


def _count(table: type[Base], *where: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(table).where(*where).scalar_subquery()


def _meetings(person_id: int, now: datetime) -> Any:
    return (
        select(func.count())
        .select_from(CheckInAttendee)
        .join(CheckIn, CheckIn.id == CheckInAttendee.check_in_id)
        .where(
            CheckInAttendee.person_id == person_id,
            CheckIn.state == CheckInState.PLACED,
            CheckIn.starts_at > now,
        )
        .scalar_subquery()
    )
