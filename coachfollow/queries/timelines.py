"""Reads one plan's time line: its dates with their states, and everything that happened; no texts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from coachfollow.models import CheckIn, Event, FollowUpPlan, Message, Person, Step, Touchpoint
from coachfollow.rules import cadence, distance_words
from coachfollow.rules.cadence import ANSWER, StepRule
from coachfollow.rules.changes import UNTOLD, Key
from coachfollow.rules.kinds import TO_COME, Audience, CheckInState, MessageKind, StepKind, TouchpointState

MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """One follow-up of a plan on its day, with its meeting if it is one."""

    id: int
    key: Key
    step: str
    kind: StepKind
    audience: Audience
    state: TouchpointState
    local_date: date
    local_time: time
    zone: str
    due_at: datetime
    closes_at: datetime
    why: str
    reason: str | None
    settled_at: datetime | None
    is_undeliverable: bool
    meeting: CheckInState | None
    starts_at: datetime | None
    ends_at: datetime | None
    why_unplaced: str | None
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """One follow-up that gets its day only when something is answered, and how far from then."""

    step: str
    kind: StepKind
    how_far: str
    answered: Dated


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing that happened to a plan, and by whom; `facts` are plain values."""

    at: datetime
    name: str
    actor_id: int | None
    actor: str | None
    touchpoint_id: int | None
    kind: StepKind | None
    audience: Audience | None
    state: TouchpointState | None
    due: date | None
    zone: str
    mail: MessageKind | None
    mail_n: int
    recipient: str | None
    facts: Mapping[str, object]


def dates(session: Session, *, plan_id: int) -> Sequence[Dated]:
    """Give a plan's follow-ups in the order of their days; what was added and taken back again is told by nobody."""
    rows = session.execute(_dates(), {"plan_id": plan_id})
    return [_dated(touchpoint, step, check_in) for touchpoint, step, check_in in rows]


@cache
def _dates() -> Select[*tuple[Any, ...]]:
    return (
        select(Touchpoint, Step.key, CheckIn)
        .join(Step, Step.id == Touchpoint.step_id)
        .outerjoin(CheckIn, CheckIn.touchpoint_id == Touchpoint.id)
        .where(
            Touchpoint.plan_id == bindparam("plan_id"),
            func.coalesce(Touchpoint.state_reason, "").not_in(UNTOLD),
        )
        .order_by(Touchpoint.due_at, Touchpoint.id)
    )


def awaited(steps: Sequence[StepRule], *, dates: Sequence[Dated]) -> Sequence[Awaited]:
    """Give what of a plan's steps waits for an answer that may still come to one of its dates."""
    asked = {f"{ANSWER}{one.step}": one for one in dates if one.state in TO_COME}
    there = {one.step for one in dates}
    distances = cadence.distances(steps)
    return [
        Awaited(
            step=step.key,
            kind=step.kind,
            how_far=distance_words.how_far(distance),
            answered=asked[distance.anchor],
        )
        for step in steps
        if step.key not in there and (distance := distances[step.key]).anchor in asked
    ]


def happened(session: Session, *, plan_id: int, most: int = MOST) -> Sequence[Happened]:
    """Give what happened to a plan, the latest first."""
    rows = session.execute(_happened(), {"plan_id": plan_id, "most": most})
    return [
        Happened(**{**row._asdict(), "mail_n": row.mail_n or 0, "facts": json.loads(row.facts)})
        for row in rows
    ]


@cache
def _happened() -> Select[*tuple[Any, ...]]:
    actor, recipient = aliased(Person), aliased(Person)
    return (
        select(
            Event.at,
            Event.name,
            Event.actor_id,
            actor.name.label("actor"),
            Event.touchpoint_id,
            Touchpoint.kind,
            Touchpoint.audience,
            Touchpoint.state,
            Touchpoint.local_date.label("due"),
            Person.zone,
            Message.kind.label("mail"),
            Message.n.label("mail_n"),
            recipient.name.label("recipient"),
            Event.facts,
        )
        .join(FollowUpPlan, FollowUpPlan.id == Event.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .outerjoin(actor, actor.id == Event.actor_id)
        .outerjoin(Touchpoint, Touchpoint.id == Event.touchpoint_id)
        .outerjoin(Message, Message.id == Event.message_id)
        .outerjoin(recipient, recipient.id == Message.person_id)
        .where(Event.plan_id == bindparam("plan_id"))
        .order_by(Event.at.desc(), Event.id.desc())
        .limit(bindparam("most", type_=Integer))
    )


def _dated(touchpoint: Touchpoint, step: str, check_in: CheckIn | None) -> Dated:
    return Dated(
        id=touchpoint.id,
        key=(touchpoint.step_id, touchpoint.n),
        step=step,
        kind=touchpoint.kind,
        audience=touchpoint.audience,
        state=touchpoint.state,
        local_date=touchpoint.local_date,
        local_time=touchpoint.local_time,
        zone=touchpoint.zone,
        due_at=touchpoint.due_at,
        closes_at=touchpoint.closes_at,
        why=touchpoint.why,
        reason=touchpoint.state_reason,
        settled_at=touchpoint.settled_at,
        is_undeliverable=touchpoint.undeliverable,
        meeting=check_in.state if check_in else None,
        starts_at=check_in.starts_at if check_in else None,
        ends_at=check_in.ends_at if check_in else None,
        why_unplaced=check_in.reason if check_in else None,
        link=check_in.link if check_in else None,
    )
