"""Decides what of a report its reader may see: denied unless `access` allows it, never across organisations."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy.orm import Session

from coachfollow.errors import Forbidden, NotFound
from coachfollow.models import Cohort, Person, Programme, Team
from coachfollow.queries.filters import Area, Filters, Sight
from coachfollow.rules.access import ALLOWED, Action, Actor, Grant, Relation
from coachfollow.rules.kinds import Role, Scope

# what a grant makes its holder to the groups within its scope; the other roles' relations are to one thing each
_BY_GRANT = {Relation.LND: Role.LND, Relation.MANAGER_OF_GROUP: Role.MANAGER}


def visible(session: Session, *, actor: Actor, filters: Filters) -> Filters:
    """Narrow a report to what the actor may see; raises NotFound or Forbidden where that is nothing."""
    if actor.person_id is None or actor.organisation_id != filters.organisation_id:
        raise NotFound("There are no such numbers.")
    _refuse_foreign(session, filters)
    sight = Sight(numbers=area(actor, Action.SEE_NUMBERS), names=area(actor, Action.SEE_NAMES))
    if not sight.numbers:
        raise Forbidden("Numbers are for coaches, managers and the training team; ask one of them.")
    return replace(filters, sight=sight)


def area(actor: Actor, action: Action) -> Area:
    """Give where the actor may do this to follow-ups and people: `access.may`, as sets for a query."""
    allowed = ALLOWED[action]
    roles = {role for relation, role in _BY_GRANT.items() if relation in allowed}
    grants = [grant for grant in actor.grants if grant.role in roles]
    return Area(
        whole=actor.organisation_id in _ids(grants, Scope.ORGANISATION),
        cohorts=_ids(grants, Scope.COHORT),
        teams=_ids(grants, Scope.TEAM),
        plans=actor.coached_plans if Relation.COACH in allowed else frozenset(),
        people=actor.managed_people if Relation.MANAGER in allowed else frozenset(),
    )


def _ids(grants: list[Grant], scope: Scope) -> frozenset[int]:
    return frozenset(grant.scope_id for grant in grants if grant.scope is scope)


def _refuse_foreign(session: Session, filters: Filters) -> None:
    """What belongs to another organisation does not exist here."""
    for one in _chosen(session, filters):
        if one is None or one.organisation_id != filters.organisation_id:
            raise NotFound("There are no such numbers.")


def _chosen(session: Session, filters: Filters) -> Iterator[Cohort | Programme | Team | Person | None]:
    if filters.cohort_id is not None:
        yield session.get(Cohort, filters.cohort_id)
    if filters.programme_id is not None:
        yield session.get(Programme, filters.programme_id)
    if filters.team_id is not None:
        yield session.get(Team, filters.team_id)
    if filters.coach_id is not None:
        yield session.get(Person, filters.coach_id)
