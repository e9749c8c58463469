"""Reads who chose the time that a meeting has, where somebody did."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from coachfollow.extensions import among
from coachfollow.models import Event, Person

MOVED = "check-in moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """Somebody who chose a time for a meeting."""

    person_id: int
    name: str
    starts_at: datetime


def of_plans(session: Session, *, plan_ids: Collection[int]) -> Mapping[int, Chooser]:
    """Give who last chose a time for the meetings of these plans, by follow-up; another may have been given since."""
    rows = session.execute(_chosen(), {"ids": plan_ids})
    return {
        touchpoint_id: Chooser(person_id=person_id, name=name or "", starts_at=_moment(facts))
        for touchpoint_id, facts, person_id, name in rows
    }


@cache
def _chosen() -> Select[*tuple[Any, ...]]:
    chosen: Select[*tuple[Any, ...]] = (
        select(Event.touchpoint_id, Event.facts, Person.id, Person.name)
        .join(Person, Person.id == Event.actor_id)
        .where(among(Event.plan_id, "ids"), Event.name == MOVED)
        .order_by(Event.id)
    )
    return chosen


def _moment(facts: str) -> datetime:
    return datetime.fromisoformat(json.loads(facts)["starts_at"])
