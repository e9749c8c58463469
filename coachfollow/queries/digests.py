"""Reads which coaches are to be told about their people, whom they meet, and what they were told before."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.models import (
    CheckIn,
    CoachDay,
    Coaching,
    CoachProfile,
    Event,
    FollowUpPlan,
    Person,
    Touchpoint,
)
from coachfollow.queries import relations
from coachfollow.rules.kinds import CheckInState, PlanState, Rhythm


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A coach who can be told something."""

    person_id: int
    organisation_id: int
    zone: str
    locale: str
    rhythm: Rhythm


@dataclass(frozen=True, slots=True, kw_only=True)
class Meets:
    """A meeting of a coach that stands."""

    plan: str
    name: str
    starts_at: datetime


Told = frozenset[tuple[str, int, str]]
"""What was written down before: the event, the follow-up, and when its meeting was to begin."""


def readers(session: Session, *, now: datetime, ids: Collection[int] | None = None) -> Sequence[Reader]:
    """Give those who coach somebody in a running follow-up and can be reached; of `ids` if they are named."""
    coaching = select(Coaching.coach_id).join(FollowUpPlan, FollowUpPlan.id == Coaching.plan_id)
    running = coaching.where(Coaching.to_at.is_(None), FollowUpPlan.state == PlanState.ACTIVE)
    wanted = (
        select(Person.id, Person.organisation_id, Person.zone, Person.locale, CoachProfile.rhythm)
        .outerjoin(CoachProfile, CoachProfile.person_id == Person.id)
        .order_by(Person.id)
    )
    if ids is not None:
        wanted = wanted.where(Person.id.in_(list(ids)))
    else:
        reachable = Person.email.is_not(None) & Person.undeliverable_at.is_(None)
        wanted = wanted.where(Person.id.in_(running), reachable, relations.is_here(Person, now))
    return [
        Reader(
            person_id=person_id,
            organisation_id=organisation_id,
            zone=zone,
            locale=locale,
            rhythm=rhythm or Rhythm.WEEKLY,
        )
        for person_id, organisation_id, zone, locale, rhythm in session.execute(wanted)
    ]


def looked_at(session: Session, *, since: date) -> frozenset[tuple[int, date]]:
    """Give the days, from one on, on which it was looked at what a coach is to be told."""
    rows = session.execute(select(CoachDay.person_id, CoachDay.day).where(CoachDay.day >= since))
    return frozenset((person_id, day) for person_id, day in rows)


def meetings(
    session: Session, *, coach_ids: Collection[int], since: datetime, until: datetime
) -> Mapping[int, Sequence[Meets]]:
    """Give the meetings of these coaches that begin between two moments, in order of time."""
    rows = session.execute(
        select(CheckIn.coach_id, FollowUpPlan.public_id, Person.name, Person.email, CheckIn.starts_at)
        .join(Touchpoint, Touchpoint.id == CheckIn.touchpoint_id)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(
            CheckIn.coach_id.in_(list(coach_ids)),
            CheckIn.state == CheckInState.PLACED,
            CheckIn.starts_at >= since,
            CheckIn.starts_at < until,
        )
        .order_by(CheckIn.starts_at)
    )
    found: defaultdict[int, list[Meets]] = defaultdict(list)
    for coach_id, plan, name, email, starts_at in rows:
        if starts_at is not None:
            found[coach_id].append(Meets(plan=plan, name=name or email or "", starts_at=starts_at))
    return found


def told(session: Session, *, names: Collection[str], plan_ids: Collection[int]) -> Told:
    """Give which of these events were written down about meetings of these plans."""
    rows = session.execute(
        select(Event.name, Event.touchpoint_id, Event.facts).where(
            Event.plan_id.in_(list(plan_ids)), Event.name.in_(list(names))
        )
    )
    return frozenset(
        (name, follow_up or 0, json.loads(facts)["starts_at"]) for name, follow_up, facts in rows
    )
