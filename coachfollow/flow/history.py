"""Writes down what happened: ids and plain facts, never texts (law 15)."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Connection, Insert, Integer, String, bindparam, insert, literal, select
from sqlalchemy.orm import Session

from coachfollow.extensions import UtcDateTime, among
from coachfollow.flow.which import MESSAGES, Which
from coachfollow.models import Event, FollowUpPlan, Person, Touchpoint, table_of

_EVENTS = table_of(Event)
_ADD = insert(_EVENTS).inline()  # nobody asks for its number
_AT = bindparam("its_at", type_=UtcDateTime)
_NAME = bindparam("its_name", type_=String)
_ACTOR = bindparam("its_actor", type_=Integer)
_FACTS = bindparam("its_facts", type_=String)


def record(session: Session, name: str, *, at: datetime, **ids_and_facts: object) -> None:
    """Add one event; columns by their name, everything else as a fact. The caller commits."""
    columns = {key: value for key, value in ids_and_facts.items() if key in _EVENTS.c}
    facts = {key: value for key, value in ids_and_facts.items() if key not in columns}
    session.flush()  # what it tells of comes first
    session.execute(_ADD, {"at": at, "name": name, "facts": json.dumps(facts), **columns})


def record_all(session: Session, name: str, *, at: datetime, rows: Sequence[Mapping[str, object]]) -> None:
    """Add one event for each of these rows in one statement: columns by their name, `facts` as a mapping."""
    if rows:
        session.execute(
            insert(Event),
            [{**row, "at": at, "name": name, "facts": json.dumps(row["facts"])} for row in rows],
        )


def record_plans(
    session: Session, name: str, *, at: datetime, where: ColumnElement[bool], actor_id: int | None = None
) -> None:
    """Add one event for each plan that matches, in one statement."""
    rows = (
        select(
            literal(at, UtcDateTime()),
            literal(name),
            Person.organisation_id,
            literal(actor_id),
            FollowUpPlan.person_id,
            FollowUpPlan.cohort_id,
            FollowUpPlan.id,
            literal("{}"),
        )
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(where)
    )
    columns = ["at", "name", "organisation_id", "actor_id", "person_id", "cohort_id", "plan_id", "facts"]
    session.execute(insert(Event).from_select(columns, rows))


def record_touchpoints(session: Session, name: str, *, at: datetime, ids: Collection[int]) -> None:
    """Add one event for each of these touchpoints, in one statement."""
    session.execute(_of_touchpoints(), {"its_at": at, "its_name": name, "its_ids": ids})


def record_messages(
    session: Session | Connection,
    name: str,
    *,
    at: datetime,
    mails: Which,
    facts: Mapping[str, object] | None = None,
    actor_id: int | None = None,
) -> None:
    """Add one event for each of these mails, in one statement, each with the same facts."""
    told = {"its_at": at, "its_name": name, "its_actor": actor_id, "its_facts": json.dumps(facts or {})}
    session.execute(_of_messages(mails.where), {**told, **mails.values})


@cache
def _of_touchpoints() -> Insert:
    plans, people, touchpoints = table_of(FollowUpPlan), table_of(Person), table_of(Touchpoint)
    rows = (
        select(
            _AT,
            _NAME,
            people.c.organisation_id,
            plans.c.person_id,
            plans.c.cohort_id,
            plans.c.id,
            touchpoints.c.id,
            literal("{}"),
        )
        .select_from(touchpoints)
        .join(plans, plans.c.id == touchpoints.c.plan_id)
        .join(people, people.c.id == plans.c.person_id)
        .where(among(touchpoints.c.id, "its_ids"))
    )
    columns = ["at", "name", "organisation_id", "person_id", "cohort_id", "plan_id", "touchpoint_id", "facts"]
    return insert(_EVENTS).from_select(columns, rows)


@cache
def _of_messages(where: ColumnElement[bool]) -> Insert:
    mails = MESSAGES.c
    rows = select(
        _AT,
        _NAME,
        mails.organisation_id,
        _ACTOR,
        mails.person_id,
        mails.plan_id,
        mails.touchpoint_id,
        mails.id,
        _FACTS,
    ).where(where)
    columns = [
        "at",
        "name",
        "organisation_id",
        "actor_id",
        "person_id",
        "plan_id",
        "touchpoint_id",
        "message_id",
        "facts",
    ]
    return insert(_EVENTS).from_select(columns, rows)
