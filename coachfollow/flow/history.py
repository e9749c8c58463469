"""Writes down what happened: ids and plain facts, never texts (law 15)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Integer, insert, literal, select
from sqlalchemy.orm import Session

from coachfollow.extensions import UtcDateTime
from coachfollow.models import Event, FollowUpPlan, Message, Person, Touchpoint


def record(session: Session, name: str, *, at: datetime, **ids_and_facts: object) -> None:
    """Add one event; columns by their name, everything else as a fact. The caller commits."""
    columns = {key: value for key, value in ids_and_facts.items() if key in Event.__table__.c}
    facts = {key: value for key, value in ids_and_facts.items() if key not in columns}
    session.execute(insert(Event).values(at=at, name=name, facts=json.dumps(facts), **columns))


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


def record_touchpoints(session: Session, name: str, *, at: datetime, ids: Iterable[int]) -> None:
    """Add one event for each of these touchpoints, in one statement."""
    rows = (
        select(
            literal(at, UtcDateTime()),
            literal(name),
            Person.organisation_id,
            FollowUpPlan.person_id,
            FollowUpPlan.cohort_id,
            FollowUpPlan.id,
            Touchpoint.id,
            literal("{}"),
        )
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(Touchpoint.id.in_(list(ids)))
    )
    columns = ["at", "name", "organisation_id", "person_id", "cohort_id", "plan_id", "touchpoint_id", "facts"]
    session.execute(insert(Event).from_select(columns, rows))


def record_messages(
    session: Session | Connection,
    name: str,
    *,
    at: datetime,
    where: ColumnElement[bool],
    facts: Mapping[str, object] | None = None,
    actor_id: int | None = None,
) -> None:
    """Add one event for each mail that matches, in one statement, each with the same facts."""
    rows = select(
        literal(at, UtcDateTime()),
        literal(name),
        Message.organisation_id,
        literal(actor_id, Integer()),
        Message.person_id,
        Message.plan_id,
        Message.touchpoint_id,
        Message.id,
        literal(json.dumps(facts or {})),
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
    session.execute(insert(Event).from_select(columns, rows))
