"""Reads what a person sees when they are asked: the question, their own plan, what they answered before."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from coachfollow.errors import NotFound
from coachfollow.models import (
    Answer,
    Coaching,
    Commitment,
    FollowUpPlan,
    Organisation,
    Person,
    Touchpoint,
)
from coachfollow.queries import keys, letters, programmes
from coachfollow.queries.letters import StepWords
from coachfollow.rules.words import Audience, PlanState, StepKind, TouchpointState


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlan:
    """A person's newest commitment, in their own words."""

    version: int
    situation: str
    action: str
    reason: str
    rating: int | None

    @property
    def sentence(self) -> str:
        """The if-then sentence as it is quoted back."""
        return f"When {self.situation}, I will {self.action}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One follow-up as its page shows it."""

    touchpoint_id: int
    plan_id: int
    plan_public_id: str
    person_id: int
    recipient_id: int
    kind: StepKind
    audience: Audience
    state: TouchpointState
    plan_state: PlanState
    local_date: date
    closes_at: datetime
    zone: str
    locale: str
    organisation: str
    participant: str
    coach: str
    programme: str
    words: StepWords
    own_plan: OwnPlan | None
    examples: Sequence[tuple[str, str]]
    is_answered: bool


def asked(session: Session, *, touchpoint_id: int, recipient_id: int) -> Asked:
    """Give what one follow-up asks of its recipient; raises NotFound."""
    coach = aliased(Person)
    row = session.execute(
        select(Touchpoint, FollowUpPlan, Person, Organisation.name, coach.name)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .outerjoin(Coaching, (Coaching.plan_id == FollowUpPlan.id) & Coaching.to_at.is_(None))
        .outerjoin(coach, coach.id == Coaching.coach_id)
        .where(Touchpoint.id == touchpoint_id)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such follow-up.")
    touchpoint, plan, person, organisation, coach_name = row
    recipient = person if recipient_id == person.id else session.get_one(Person, recipient_id)
    text = programmes.text(session, version_id=plan.programme_version_id, locale=recipient.locale)
    return Asked(
        touchpoint_id=touchpoint.id,
        plan_id=plan.id,
        plan_public_id=plan.public_id,
        person_id=person.id,
        recipient_id=recipient_id,
        kind=touchpoint.kind,
        audience=touchpoint.audience,
        state=touchpoint.state,
        plan_state=plan.state,
        local_date=touchpoint.local_date,
        closes_at=touchpoint.closes_at,
        zone=recipient.zone,
        locale=recipient.locale,
        organisation=organisation,
        participant=person.name or "",
        coach=coach_name or "",
        programme=text.title,
        words=letters.step_words(session, step_id=touchpoint.step_id, locale=recipient.locale),
        own_plan=own_plan(session, plan_id=plan.id) if recipient_id == person.id else None,
        examples=tuple((situation, action) for situation, action in json.loads(text.examples)),
        is_answered=answer_of(session, touchpoint_id=touchpoint.id, person_id=recipient_id) is not None,
    )


def own_plan(session: Session, *, plan_id: int) -> OwnPlan | None:
    """Give the newest commitment of a plan, opened; None where there is none, or its person was erased."""
    newest = session.execute(
        select(Commitment, FollowUpPlan.person_id)
        .join(FollowUpPlan, FollowUpPlan.id == Commitment.plan_id)
        .where(Commitment.plan_id == plan_id)
        .order_by(Commitment.version.desc())
        .limit(1)
    ).one_or_none()
    if newest is None:
        return None
    commitment, person_id = newest
    key = keys.keys_of(session, person_ids=[person_id]).get(person_id)
    if key is None:
        return None
    return OwnPlan(
        version=commitment.version,
        situation=key.open(commitment.situation),
        action=key.open(commitment.action),
        reason=key.open(commitment.reason),
        rating=commitment.rating,
    )


def answer_of(session: Session, *, touchpoint_id: int, person_id: int) -> Answer | None:
    """Give the answer that was stored, if there is one."""
    return session.scalar(
        select(Answer).where(Answer.touchpoint_id == touchpoint_id, Answer.person_id == person_id)
    )
