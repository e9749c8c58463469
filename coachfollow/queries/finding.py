"""Finds what a command names by its short name, path or address: groups, programmes, teams, coaches."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.errors import Invalid, NotFound
from coachfollow.models import Cohort, Programme
from coachfollow.queries import matching
from coachfollow.queries.filters import Filters, Sight
from coachfollow.queries.teams import Tree
from coachfollow.rules.kinds import StepKind


def filters(
    session: Session,
    *,
    organisation_id: int,
    sight: Sight,
    cohort: str | None = None,
    programme: str | None = None,
    team: str | None = None,
    coach: str | None = None,
    kind: StepKind | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Filters:
    """Give the filters that these words mean; raises NotFound with what to do, and Invalid."""
    if since is not None and until is not None and until < since:
        raise Invalid(
            f"The period ends before it begins: {since} to {until}.", {"until": "Choose a later day."}
        )
    return Filters(
        organisation_id=organisation_id,
        cohort_id=None
        if cohort is None
        else cohort_named(session, organisation_id=organisation_id, key=cohort).id,
        programme_id=None if programme is None else _programme(session, organisation_id, programme),
        team_id=None if team is None else _team(session, organisation_id, team),
        coach_id=None
        if coach is None
        else person_with(session, organisation_id=organisation_id, address=coach),
        kind=kind,
        since=since,
        until=until,
        sight=sight,
    )


def cohort_named(session: Session, *, organisation_id: int, key: str) -> Cohort:
    """Give the group with this short name; raises NotFound."""
    found = session.scalar(select(Cohort).where(Cohort.organisation_id == organisation_id, Cohort.key == key))
    if found is None:
        raise NotFound(f"There is no group “{key}”. `coachfollow cohort list` names those there are.")
    return found


def person_with(session: Session, *, organisation_id: int, address: str) -> int:
    """Give whose address this is, their own or an alias; raises NotFound."""
    email = address.strip().lower()
    found = matching.by_email(session, organisation_id=organisation_id, emails=[email]).get(email)
    if found is None:
        raise NotFound(f"Nobody here has the address “{address}”.")
    return found


def _programme(session: Session, organisation_id: int, key: str) -> int:
    found = session.scalar(
        select(Programme.id).where(Programme.organisation_id == organisation_id, Programme.key == key)
    )
    if found is None:
        raise NotFound(f"There is no programme “{key}”. `coachfollow programme list` names those there are.")
    return found


def _team(session: Session, organisation_id: int, path: str) -> int:
    found = Tree.read(session, organisation_id=organisation_id).find(path)
    if found is None:
        raise NotFound(f"There is no team “{path}”. Write it from the top, like “Retail / North / Berlin”.")
    return found
