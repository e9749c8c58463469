"""Reads what a link is good for: an unknown one is nothing, an old one is answered kindly."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from coachfollow import vault
from coachfollow.errors import Closed, NotFound
from coachfollow.models import FollowUpPlan, Person, Token, Touchpoint
from coachfollow.rules.kinds import Audience, PlanState, StepKind, StopReason, TokenPurpose, TouchpointState

UNKNOWN = "We do not know this link. Please open it from the mail again, in one piece."
OLD = "This link is too old to be used."


class Outdated(Closed):
    """A link that worked once; `locale` is of whoever it was for."""

    def __init__(self, *, locale: str) -> None:
        super().__init__(OLD)
        self.locale = locale


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What somebody may do without signing in: one purpose, for one person, about one thing."""

    id: int | None  # of the token; None for somebody signed in, who needs none for what is their own
    purpose: TokenPurpose
    person_id: int
    plan_id: int
    plan: str  # its public id
    is_own_plan: bool  # not so for a manager, whose link is about somebody else's
    touchpoint_id: int | None
    locale: str  # of the person


@dataclass(frozen=True, slots=True, kw_only=True)
class Coach:
    """Whose list of what to look at a link stops."""

    person_id: int
    locale: str


def find(session: Session, *, token: str, purpose: TokenPurpose, now: datetime) -> Link:
    """Give what a link allows; raises NotFound for one that never was, Outdated for one that is no more."""
    return _allowed(_by_hash(session, token, purpose), now)


def again(session: Session, *, token_id: int, purpose: TokenPurpose, now: datetime) -> Link:
    """Give what a link allows that this browser opened before; raises as `find` does."""
    return _allowed(_row(session, _links(Token.id), token_id, purpose), now)


def whose(session: Session, *, token: str, purpose: TokenPurpose) -> Link:
    """Give whose link this is, however old: enough to write to them, never to show anything."""
    return _link(_by_hash(session, token, purpose))


def whose_digest(session: Session, *, token: str) -> Coach | None:
    """Give the coach whose digest a link stops, however old it is; none where it is about a follow-up."""
    found = session.execute(
        select(Person.id, Person.locale)
        .join(Token, Token.person_id == Person.id)
        .where(
            Token.hash == vault.token_hash(token),
            Token.purpose == TokenPurpose.STOP,
            Token.plan_id.is_(None),
        )
    ).one_or_none()
    return Coach(person_id=found.id, locale=found.locale) if found is not None else None


def check_sign_in(session: Session, *, token: str, now: datetime) -> None:
    """Whether a sign-in link can still be used, without using it; raises as `find` does."""
    found = session.execute(
        select(Token.expires_at, Token.used_at).where(
            Token.hash == vault.token_hash(token), Token.purpose == TokenPurpose.SIGN_IN
        )
    ).one_or_none()
    if found is None:
        raise NotFound(UNKNOWN)
    if found.used_at is not None or found.expires_at <= now:
        raise Closed(OLD)


def own_plan(session: Session, *, plan: str, person_id: int, purpose: TokenPurpose) -> Link | None:
    """Give what somebody signed in may do with a plan, if it is theirs."""
    row = session.execute(
        select(FollowUpPlan.id, FollowUpPlan.public_id, Person.locale)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(FollowUpPlan.public_id == plan, FollowUpPlan.person_id == person_id)
    ).one_or_none()
    return _own(person_id, purpose, row, None) if row is not None else None


def own_question(session: Session, *, touchpoint_id: int, person_id: int) -> Link | None:
    """Give what somebody signed in may do with a question, if it is asked of them about their own plan."""
    row = session.execute(
        select(FollowUpPlan.id, FollowUpPlan.public_id, Person.locale)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(Touchpoint, Touchpoint.plan_id == FollowUpPlan.id)
        .where(
            Touchpoint.id == touchpoint_id,
            Touchpoint.audience == Audience.PARTICIPANT,
            FollowUpPlan.person_id == person_id,
        )
    ).one_or_none()
    return _own(person_id, TokenPurpose.ANSWER, row, touchpoint_id) if row is not None else None


def current_question(session: Session, *, plan_id: int, person_id: int, now: datetime) -> int | None:
    """Give the open follow-up that a person is asked now, if there is one."""
    return session.scalar(
        select(Touchpoint.id)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .where(
            Touchpoint.plan_id == plan_id,
            FollowUpPlan.person_id == person_id,
            or_(
                FollowUpPlan.state.in_([PlanState.ACTIVE, PlanState.FINISHED]),
                FollowUpPlan.stop_reason == StopReason.ENDED,
            ),
            Touchpoint.state == TouchpointState.OPEN,
            Touchpoint.closes_at > now,
            Touchpoint.kind.in_([StepKind.COMMITMENT, StepKind.REFLECTION, StepKind.UNPROMPTED]),
        )
        .order_by(Touchpoint.due_at.desc())
        .limit(1)
    )


def _allowed(row: Row[*tuple[Any, ...]], now: datetime) -> Link:
    token = row.Token
    if token.expires_at <= now or token.person_version != row.version or row.erased_at is not None:
        raise Outdated(locale=row.locale)
    return _link(row)


def _by_hash(session: Session, token: str, purpose: TokenPurpose) -> Row[*tuple[Any, ...]]:
    return _row(session, _links(Token.hash), vault.token_hash(token), purpose)


def _row(
    session: Session, links: Select[*tuple[Any, ...]], key: object, purpose: TokenPurpose
) -> Row[*tuple[Any, ...]]:
    found = session.execute(links, {"key": key, "its_purpose": purpose}).one_or_none()
    if found is None:
        raise NotFound(UNKNOWN)
    return found


@cache
def _links(key: InstrumentedAttribute[Any]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Token,
            Person.version,
            Person.locale,
            Person.erased_at,
            FollowUpPlan.public_id.label("plan"),
            (FollowUpPlan.person_id == Token.person_id).label("is_own_plan"),
        )
        .join(Person, Person.id == Token.person_id)
        .join(FollowUpPlan, FollowUpPlan.id == Token.plan_id)
        .where(key == bindparam("key"), Token.purpose == bindparam("its_purpose"))
    )


def _link(row: Row[*tuple[Any, ...]]) -> Link:
    return Link(
        id=row.Token.id,
        purpose=row.Token.purpose,
        person_id=row.Token.person_id,
        plan_id=row.Token.plan_id,
        plan=row.plan,
        is_own_plan=bool(row.is_own_plan),
        touchpoint_id=row.Token.touchpoint_id,
        locale=row.locale,
    )


def _own(
    person_id: int, purpose: TokenPurpose, row: Row[*tuple[Any, ...]], touchpoint_id: int | None
) -> Link:
    return Link(
        id=None,
        purpose=purpose,
        person_id=person_id,
        plan_id=row.id,
        plan=row.public_id,
        is_own_plan=True,
        touchpoint_id=touchpoint_id,
        locale=row.locale,
    )
