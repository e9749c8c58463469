"""Reads who somebody is to the things here: their roles, the plans they coach, the people they manage."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coachfollow.errors import NotFound
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
)
from coachfollow.rules import access
from coachfollow.rules.access import ANONYMOUS, Actor, Target


def actor(session: Session, *, person_id: int, version: int, now: datetime) -> Actor:
    """Give a signed-in person's relations as of now; nobody if they were signed out everywhere or have left."""
    has_plan = select(FollowUpPlan.id).where(FollowUpPlan.person_id == Person.id).exists()
    found = session.execute(select(Person, has_plan).where(Person.id == person_id)).one_or_none()
    if found is None:
        return ANONYMOUS
    person: Person = found[0]
    if (
        person.version != version
        or person.erased_at is not None
        or (person.left_on is not None and person.left_on < now.date())
    ):
        return ANONYMOUS
    grants = session.scalars(
        select(Grant).where(
            Grant.person_id == person_id,
            Grant.from_at <= now,
            or_(Grant.to_at.is_(None), Grant.to_at > now),
        )
    )
    coached = select(Coaching.plan_id).where(Coaching.coach_id == person_id, Coaching.to_at.is_(None))
    managed = select(Reporting.person_id).where(Reporting.manager_id == person_id, Reporting.to_at.is_(None))
    return Actor(
        person_id=person_id,
        organisation_id=person.organisation_id,
        grants=frozenset(access.Grant(row.role, row.scope, row.scope_id) for row in grants),
        coached_plans=frozenset(session.scalars(coached)),
        managed_people=frozenset(session.scalars(managed)),
        has_plan=found[1],
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
