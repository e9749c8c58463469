"""Reads when the first mail of each follow-up of a plan really left, or is to leave as things stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from coachfollow.models import Message, Person, Reporting
from coachfollow.queries import worktimes
from coachfollow.queries.plan_heads import PlanHead
from coachfollow.queries.timelines import Dated
from coachfollow.rules import late, limits, moments
from coachfollow.rules.kinds import (
    MAIL_OF,
    UNSENT,
    Audience,
    MessageState,
    PlanState,
    StepKind,
    TouchpointState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """When a mail left, or is to leave."""

    at: datetime
    has_left: bool


def of_plan(
    session: Session, head: PlanHead, *, dates: Sequence[Dated], now: datetime
) -> Mapping[int, Leaving]:
    """Give the moments at which the first mails of these follow-ups left or are to leave, by follow-up.

    Another mail of the same reader may still come before it, as limits have it.
    """
    mails = {touchpoint_id: mail for touchpoint_id, *mail in session.execute(_first(), {"id": head.plan_id})}
    manager = session.scalar(_MANAGER, {"id": head.person_id})
    readers = {Audience.PARTICIPANT: head.person_id, Audience.MANAGER: manager}
    people = _people(session, [one for one in readers.values() if one is not None], now)
    found: dict[int, Leaving] = {}
    for one in dates:
        state, send_at, settled_at = mails.get(one.id, (None, one.due_at, None))
        reader = readers[one.audience]
        if state is MessageState.SENT and settled_at is not None:
            found[one.id] = Leaving(at=settled_at, has_left=True)
        elif reader is not None and _is_to_leave(one, state, head):
            at = _expected(one, send_at, people[reader], now)
            found[one.id] = Leaving(at=at, has_left=False)
    return found


def _is_to_leave(one: Dated, state: MessageState | None, head: PlanHead) -> bool:
    is_to_open = state is None and one.state is TouchpointState.PLANNED and head.state is PlanState.ACTIVE
    return one.kind is not StepKind.CHECK_IN and (state in UNSENT or is_to_open)


def _expected(one: Dated, send_at: datetime, person: moments.Person, now: datetime) -> datetime:
    return late.expected(
        MAIL_OF[one.kind],
        one.audience,
        due_at=send_at,
        until=limits.window_end(due_at=send_at, closes_at=one.closes_at),
        person=person,
        now=now,
    )


def _people(session: Session, ids: Sequence[int], now: datetime) -> Mapping[int, moments.Person]:
    hours = worktimes.of_people(session, ids=ids, now=now)
    zones = session.execute(select(Person.id, Person.zone).where(Person.id.in_(ids)))
    return {person_id: moments.Person(zone=zone, hours=hours[person_id]) for person_id, zone in zones}


@cache
def _first() -> Select[*tuple[Any, ...]]:
    """The first mail of each follow-up; of one that was asked again the latest."""
    return (
        select(Message.touchpoint_id, Message.state, Message.send_at, Message.settled_at)
        .where(Message.plan_id == bindparam("id"), Message.kind.in_(MAIL_OF.values()))
        .order_by(Message.n)
    )


_MANAGER = select(Reporting.manager_id).where(
    Reporting.person_id == bindparam("id"), Reporting.to_at.is_(None)
)
