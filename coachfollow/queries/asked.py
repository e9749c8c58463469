"""Reads what a person sees when they are asked: the question, their own plan, what they answered before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from coachfollow.errors import NotFound
from coachfollow.models import (
    Answer,
    Coaching,
    Commitment,
    FollowUpPlan,
    Organisation,
    Person,
    PersonKey,
    ProgrammeText,
    ProgrammeVersion,
    Reporting,
    Touchpoint,
    TrainingSession,
)
from coachfollow.queries import examples, programmes, step_words
from coachfollow.queries.examples import Examples
from coachfollow.queries.keys import TextKey
from coachfollow.rules import lifecycle, wording
from coachfollow.rules.kinds import Audience, PlanState, StepKind, StopReason, TouchpointState
from coachfollow.rules.naming import Named

MAY_BE_TO_COME = ("commitment", "situation", "action", "session_date", "days_since")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlan:
    """A person's newest commitment, in their own words."""

    version: int
    situation: str
    action: str
    reason: str
    rating: int | None
    written_at: datetime
    locale: str

    @property
    def sentence(self) -> str:
        """The if-then sentence as it is quoted back."""
        return wording.if_then(self.situation, self.action, locale=self.locale)


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
    stopped_for: StopReason | None
    local_date: date
    closes_at: datetime
    zone: str
    locale: str
    organisation: str
    participant: str
    coach: str
    programme: str
    programme_language: str  # of its title
    question: str
    language: str  # of the question
    own_plan: OwnPlan | None
    examples: Examples
    labels: Mapping[str, str]  # answers in the programme's own words
    is_answered: bool
    adapts: bool  # what is answered may change what comes

    def takes_answer(self, now: datetime) -> bool:
        """Whether it can be answered now, or its answer changed."""
        return lifecycle.takes_answer(
            self.state,
            closes_at=self.closes_at,
            plan=self.plan_state,
            stopped_for=self.stopped_for,
            now=now,
        )


def asked(session: Session, *, touchpoint_id: int, recipient_id: int) -> Asked:
    """Give what one follow-up asks of its recipient; raises NotFound."""
    row = session.execute(_EVERYTHING.where(Touchpoint.id == touchpoint_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such follow-up.")
    touchpoint, plan, person, around = row[0], row[1], row[2], _Surroundings._make(row[3:])
    recipient = person if recipient_id == person.id else session.get_one(Person, recipient_id)
    text = programmes.text(session, version_id=plan.programme_version_id, locale=recipient.locale)
    words = step_words.of(session, step_id=touchpoint.step_id, locale=recipient.locale)
    own = own_plan(session, plan_id=plan.id) if recipient_id == person.id else None
    facts = _facts(touchpoint, person=person, recipient=recipient, around=around, text=text, own=own)
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
        stopped_for=plan.stop_reason,
        local_date=touchpoint.local_date,
        closes_at=touchpoint.closes_at,
        zone=recipient.zone,
        locale=recipient.locale,
        organisation=around.organisation,
        participant=person.name or "",
        coach=around.coach or "",
        programme=text.title,
        programme_language=text.locale,
        question=wording.fill(words.question or words.subject, facts),
        language=words.language,
        own_plan=own,
        examples=examples.of_text(text),
        labels=words.labels,
        adapts=around.adapts and touchpoint.kind is StepKind.REFLECTION,
        is_answered=answer_of(session, touchpoint_id=touchpoint.id, person_id=recipient_id) is not None,
    )


def own_plan(session: Session, *, plan_id: int) -> OwnPlan | None:
    """Give the newest commitment of a plan, opened; None where there is none, or its person was erased."""
    newest = session.execute(
        select(Commitment, Person.locale, Person.public_id, PersonKey.wrapped_key)
        .join(FollowUpPlan, FollowUpPlan.id == Commitment.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(PersonKey, PersonKey.person_id == Person.id)
        .where(Commitment.plan_id == plan_id)
        .order_by(Commitment.version.desc())
        .limit(1)
    ).one_or_none()
    if newest is None:
        return None
    commitment, locale, person, wrapped = newest
    sealed = commitment.situation, commitment.action, commitment.reason
    situation, action, reason = TextKey(person=person, wrapped=wrapped).open_all(*sealed)
    return OwnPlan(
        version=commitment.version,
        situation=situation,
        action=action,
        reason=reason,
        rating=commitment.rating,
        written_at=commitment.created_at,
        locale=locale,
    )


def answer_of(session: Session, *, touchpoint_id: int, person_id: int) -> Answer | None:
    """Give the answer that was stored, if there is one."""
    return session.scalar(
        select(Answer).where(Answer.touchpoint_id == touchpoint_id, Answer.person_id == person_id)
    )


class _Surroundings(NamedTuple):
    """What authored words may name beside the person and their plan."""

    organisation: str
    coach: str | None
    manager: str | None
    sponsor: str
    trained_on: date | None
    adapts: bool


_COACH, _MANAGER = aliased(Person), aliased(Person)
_LAST_DAY = (
    select(func.max(TrainingSession.local_date))
    .where(TrainingSession.cohort_id == Touchpoint.cohort_id)
    .scalar_subquery()
)
_EVERYTHING = (
    select(
        Touchpoint,
        FollowUpPlan,
        Person,
        Organisation.name,
        _COACH.name,
        _MANAGER.name,
        ProgrammeVersion.sponsor_name,
        _LAST_DAY,
        or_(
            ProgrammeVersion.no_opportunity_days.is_not(None),
            ProgrammeVersion.barrier_days.is_not(None),
            ProgrammeVersion.as_intended_in_a_row.is_not(None),
        ),
    )
    .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
    .join(Person, Person.id == FollowUpPlan.person_id)
    .join(Organisation, Organisation.id == Person.organisation_id)
    .join(ProgrammeVersion, ProgrammeVersion.id == FollowUpPlan.programme_version_id)
    .outerjoin(Coaching, (Coaching.plan_id == FollowUpPlan.id) & Coaching.to_at.is_(None))
    .outerjoin(_COACH, _COACH.id == Coaching.coach_id)
    .outerjoin(Reporting, (Reporting.person_id == Person.id) & Reporting.to_at.is_(None))
    .outerjoin(_MANAGER, _MANAGER.id == Reporting.manager_id)
)


def _facts(
    touchpoint: Touchpoint,
    *,
    person: Person,
    recipient: Person,
    around: _Surroundings,
    text: ProgrammeText,
    own: OwnPlan | None,
) -> Mapping[str, str]:
    """What fills an author's blanks on a page: as in the mail, and a dash where there is nothing to say yet."""
    named = Named(
        locale=recipient.locale,
        reader=recipient.name or "",
        participant=person.name or "",
        situation=own.situation if own else "",
        action=own.action if own else "",
        coach=around.coach or "",
        manager=around.manager or "",
        sponsor=around.sponsor,
        programme=text.title,
        organisation=around.organisation,
        trained_on=around.trained_on,
    )
    facts = named.on(touchpoint.local_date)
    return facts | {name: "…" for name in MAY_BE_TO_COME if not facts[name]}
