"""Reads what a link is good for: an unknown one is nothing, an old one is answered kindly."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.errors import Closed, NotFound
from coachfollow.models import FollowUpPlan, Person, Token, Touchpoint
from coachfollow.rules.words import PlanState, StepKind, TokenPurpose, TouchpointState

UNKNOWN = "We do not know this link. Please open it from the mail again, in one piece."
OLD = "This link is too old to be used."


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a link allows its holder: one purpose, for one person, about one thing."""

    id: int
    purpose: TokenPurpose
    person_id: int
    organisation_id: int
    plan_id: int | None
    touchpoint_id: int | None


def find(session: Session, *, token: str, purpose: TokenPurpose, now: datetime) -> Link:
    """Give what a link allows; raises NotFound for one that never was, Closed for one that no longer is."""
    return _allowed(session, Token.hash == vault.token_hash(token), purpose, now)


def again(session: Session, *, token_id: int, purpose: TokenPurpose, now: datetime) -> Link:
    """Give what a link allows that this browser opened before; raises as `find` does."""
    return _allowed(session, Token.id == token_id, purpose, now)


def current_question(session: Session, *, plan_id: int, person_id: int, now: datetime) -> int | None:
    """Give the open follow-up that a person is asked now, if there is one."""
    return session.scalar(
        select(Touchpoint.id)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .where(
            Touchpoint.plan_id == plan_id,
            FollowUpPlan.person_id == person_id,
            FollowUpPlan.state.in_([PlanState.ACTIVE, PlanState.FINISHED]),
            Touchpoint.state == TouchpointState.OPEN,
            Touchpoint.closes_at > now,
            Touchpoint.kind.in_([StepKind.COMMITMENT, StepKind.REFLECTION, StepKind.UNPROMPTED]),
        )
        .order_by(Touchpoint.due_at.desc())
        .limit(1)
    )


def _allowed(session: Session, which: ColumnElement[bool], purpose: TokenPurpose, now: datetime) -> Link:
    row = session.execute(
        select(Token, Person.version, Person.organisation_id, Person.erased_at)
        .join(Person, Person.id == Token.person_id)
        .where(which, Token.purpose == purpose)
    ).one_or_none()
    if row is None:
        raise NotFound(UNKNOWN)
    token, version, organisation_id, erased_at = row
    if token.expires_at <= now or token.person_version != version or erased_at is not None:
        raise Closed(OLD)
    return Link(
        id=token.id,
        purpose=token.purpose,
        person_id=token.person_id,
        organisation_id=organisation_id,
        plan_id=token.plan_id,
        touchpoint_id=token.touchpoint_id,
    )
