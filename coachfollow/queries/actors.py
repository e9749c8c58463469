"""Reads who somebody is to the things here: their roles, the plans they coach, the people they manage."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from coachfollow.errors import NotFound
from coachfollow.extensions import UtcDateTime
from coachfollow.models import (
    Coaching,
    Cohort,
    FollowUpPlan,
    Grant,
    ImportBatch,
    Membership,
    Person,
    Reporting,
    Team,
    Touchpoint,
    table_of,
)
from coachfollow.queries import relations
from coachfollow.rules import access
from coachfollow.rules.access import ANONYMOUS, Actor, Target
from coachfollow.rules.kinds import Role


def actor(session: Session, *, person_id: int, version: int, now: datetime) -> Actor:
    """Give a signed-in person's relations as of now; nobody if they were signed out everywhere or have left.

    Every page of theirs begins with it: two statements.
    """
    found = session.execute(_granted(), {"whose": person_id, "now": now}).all()
    if not found or not _is_signed_in(found[0], version, now):
        return ANONYMOUS
    person = found[0]
    coached, managed = _entrusted(session, person_id)
    return Actor(
        person_id=person_id,
        organisation_id=person.organisation_id,
        grants=frozenset(
            access.Grant(row.role, row.scope, row.scope_id) for row in found if row.role is not None
        ),
        coached_plans=coached,
        managed_people=managed,
        has_plan=person.has_plan,
    )


# every page asks these two: they are put together once, from tables, with their values left open
_WHOSE = bindparam("whose", type_=Integer)


@cache
def _granted() -> Select[*tuple[Any, ...]]:
    """Somebody, whether they have a plan, and each grant of theirs; one row where there is none."""
    people, plans, grants = table_of(Person), table_of(FollowUpPlan).c, table_of(Grant)
    now = bindparam("now", type_=UtcDateTime)
    has_plan = select(plans.id).where(plans.person_id == people.c.id).exists()
    holds = grants.c.from_at <= now, or_(grants.c.to_at.is_(None), grants.c.to_at > now)
    return (
        select(
            people.c.organisation_id,
            people.c.version,
            people.c.erased_at,
            people.c.left_on,
            has_plan.label("has_plan"),
            grants.c.role,
            grants.c.scope,
            grants.c.scope_id,
        )
        .outerjoin_from(people, grants, and_(grants.c.person_id == people.c.id, *holds))
        .where(people.c.id == _WHOSE)
    )


def _is_signed_in(person: Row[*tuple[Any, ...]], version: int, now: datetime) -> bool:
    has_left = person.left_on is not None and person.left_on < now.date()
    return person.version == version and person.erased_at is None and not has_left


def _entrusted(session: Session, person_id: int) -> tuple[frozenset[int], frozenset[int]]:
    """The plans somebody coaches, and the people they manage."""
    rows = session.execute(_trusts(), {"whose": person_id}).all()
    plans, people = ({one for role, one in rows if role == wanted} for wanted in (Role.COACH, Role.MANAGER))
    return frozenset(plans), frozenset(people)


@cache
def _trusts() -> CompoundSelect[*tuple[Any, ...]]:
    coachings, reports = table_of(Coaching).c, table_of(Reporting).c
    return union_all(
        select(literal(Role.COACH.value), coachings.plan_id).where(
            coachings.coach_id == _WHOSE,
            coachings.to_at.is_(None),
            coachings.plan_id.not_in(relations.unseen_plans()),
        ),
        select(literal(Role.MANAGER.value), reports.person_id).where(
            reports.manager_id == _WHOSE, reports.to_at.is_(None)
        ),
    )


def plan_target(session: Session, *, public_id: str, with_teams: bool = True) -> Target | None:
    """Give what a plan is, for asking who may see it; its teams matter to those with a grant over a team alone."""
    row = session.execute(
        select(FollowUpPlan, Person.organisation_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(FollowUpPlan.public_id == public_id)
    ).one_or_none()
    if row is None:
        return None
    plan, organisation_id = row
    return Target(
        organisation_id,
        person_id=plan.person_id,
        plan_id=plan.id,
        cohort_id=plan.cohort_id,
        team_ids=teams_of(session, person_id=plan.person_id) if with_teams else frozenset(),
    )


def cohort_target(session: Session, *, public_id: str) -> Target | None:
    """Give what a group is, for asking who may see it."""
    row = session.execute(
        select(Cohort.id, Cohort.organisation_id).where(Cohort.public_id == public_id)
    ).one_or_none()
    return None if row is None else Target(row.organisation_id, cohort_id=row.id)


def batch_target(session: Session, *, public_id: str) -> Target | None:
    """Give what a staged file is, for asking who may see it."""
    row = session.execute(
        select(ImportBatch.cohort_id, ImportBatch.organisation_id).where(ImportBatch.public_id == public_id)
    ).one_or_none()
    return None if row is None else Target(row.organisation_id, cohort_id=row.cohort_id)


def teams_of(session: Session, *, person_id: int) -> frozenset[int]:
    """Give the team somebody is in, and every team above it."""
    teams: set[int] = set()
    team_id = session.scalar(
        select(Membership.team_id).where(Membership.person_id == person_id, Membership.to_at.is_(None))
    )
    while team_id is not None and team_id not in teams:
        teams.add(team_id)
        team_id = session.scalar(select(Team.parent_id).where(Team.id == team_id))
    return frozenset(teams)


def touchpoint_of(session: Session, *, touchpoint_id: int, plan_public_id: str) -> Touchpoint:
    """Give a touchpoint only if it belongs to that plan; raises NotFound."""
    found = session.scalar(
        select(Touchpoint)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .where(Touchpoint.id == touchpoint_id, FollowUpPlan.public_id == plan_public_id)
    )
    if found is None:
        raise NotFound("There is no such follow-up.")
    return found
