"""Who sees which numbers and which names: exactly what `access` allows, and nothing of another organisation."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from coachfollow.errors import Forbidden, NotFound, Refusal
from coachfollow.queries import actors as teams
from coachfollow.queries import completion, names, sight
from coachfollow.queries.filters import Filters, GroupBy
from coachfollow.rules import access
from coachfollow.rules.access import ANONYMOUS, Action, Actor, Grant, Target
from coachfollow.rules.kinds import Role, Scope
from coachfollow.rules.measuring import Counted, FollowUps, People, Standing
from tests.queries import chance
from tests.queries.chance import One, World
from tests.queries.worlds import NOW

READER = 999_999  # nobody's id: what a reader is to things is said by the relations alone


def actors(world: World) -> dict[str, Actor]:
    """Everybody who has some relation to something here, and some who have none."""
    nobody = Actor(person_id=READER, organisation_id=world.house)
    one, other = world.people[0], world.people[1]
    teams = list(world.parents)

    def granted(role: Role, scope: Scope, *ids: int) -> Actor:
        return replace(nobody, grants=frozenset(Grant(role, scope, one) for one in ids))

    return {
        "nobody": nobody,
        "coach": replace(nobody, coached_plans=frozenset({one.plan_id, other.plan_id})),
        "manager": replace(nobody, managed_people=frozenset({one.person_id, other.person_id})),
        "coach by grant, of nobody": granted(Role.COACH, Scope.COHORT, one.cohort_id),
        "manager of a group": granted(Role.MANAGER, Scope.COHORT, one.cohort_id),
        "manager of a branch": granted(Role.MANAGER, Scope.TEAM, teams[0]),
        "L&D": granted(Role.LND, Scope.ORGANISATION, world.house),
        "L&D elsewhere": granted(Role.LND, Scope.ORGANISATION, world.house + 1),
        "L&D of a group": granted(Role.LND, Scope.COHORT, one.cohort_id),
        "L&D of two teams": granted(Role.LND, Scope.TEAM, teams[2], teams[1]),
        "operator": granted(Role.OPERATOR, Scope.ORGANISATION, world.house),
        "a manager who coaches": replace(
            granted(Role.MANAGER, Scope.COHORT, one.cohort_id), coached_plans=frozenset({other.plan_id})
        ),
    }


def counted(world: World, plans: set[int]) -> tuple[FollowUps, People]:
    """The numbers of some plans, by hand."""
    due = [one.counted for one in world.follow_ups if one.plan_id in plans]
    attended = [one.counted for one in world.people if one.plan_id in plans]
    return (
        FollowUps.of(one for one in due if isinstance(one, Counted)),
        People.of(one for one in attended if isinstance(one, Standing)),
    )


def test_a_reader_sees_exactly_the_numbers_and_names_that_access_allows(session: Session) -> None:
    world = chance.world(session, 4)
    targets = {one.plan_id: target(session, world, one) for one in world.people}
    everything = Filters(organisation_id=world.house)
    for who, actor in actors(world).items():
        named = {plan for plan, personal in targets.items() if access.may(actor, Action.SEE_NAMES, personal)}
        numbered = {
            plan
            for plan, personal in targets.items()
            if access.may(actor, Action.SEE_NUMBERS, personal)
            or access.may(actor, Action.SEE_NUMBERS, replace(personal, person_id=None, plan_id=None))
        }

        assert numbers_seen(session, actor, everything) == counted(world, numbered), who
        assert names_seen(session, actor, everything) == counted(world, named), who


def test_a_manager_of_a_group_sees_it_as_numbers_only(session: Session) -> None:
    world = chance.world(session, 4)
    filters = Filters(organisation_id=world.house)
    narrowed = sight.visible(session, actor=actors(world)["manager of a group"], filters=filters)

    with pytest.raises(Forbidden, match="without the names"):
        names.people(session, filters=narrowed, standings=list(Standing), now=NOW)
    with pytest.raises(Forbidden, match="without the names"):
        names.follow_ups(session, filters=narrowed, counted=list(Counted), now=NOW)


@pytest.mark.parametrize("who", ["nobody", "operator", "coach by grant, of nobody"])
def test_who_may_see_nothing_is_told_so(session: Session, who: str) -> None:
    world = chance.world(session, 4, plans=3)
    with pytest.raises(Forbidden, match="coaches, managers and the training team"):
        sight.visible(session, actor=actors(world)[who], filters=Filters(organisation_id=world.house))


def test_what_is_for_others_to_do_has_no_area(session: Session) -> None:
    world = chance.world(session, 4, plans=3)
    for who, actor in actors(world).items():
        assert not sight.area(actor, Action.OPERATE), who
        assert bool(sight.area(actor, Action.RUN_CHECK_IN)) is bool(actor.coached_plans), who


def test_nothing_crosses_an_organisation(session: Session) -> None:
    ours, theirs = chance.world(session, 5), chance.world(session, 6)
    one, other = ours.people[0], theirs.people[0]
    here = Filters(organisation_id=ours.house)
    foreign = [
        replace(here, cohort_id=other.cohort_id),
        replace(here, programme_id=other.programme_id),
        replace(here, team_id=next(iter(theirs.parents))),
        replace(here, coach_id=theirs.coaches[0]),
        replace(here, cohort_id=one.cohort_id, coach_id=theirs.coaches[0]),
        replace(here, team_id=0),
    ]
    for who, actor in actors(ours).items():
        with pytest.raises(NotFound):
            sight.visible(session, actor=actor, filters=Filters(organisation_id=theirs.house))
        for filters in foreign:
            with pytest.raises(NotFound):
                sight.visible(session, actor=actor, filters=filters)
        # somebody gave a role, or a relation, in the wrong organisation: it opens nothing
        astray = replace(actors(theirs)[who], organisation_id=ours.house)
        empty = (FollowUps(), People())
        assert numbers_seen(session, astray, here) == empty, who


def test_nothing_is_shown_before_it_is_decided_what_they_may_see(session: Session) -> None:
    world = chance.world(session, 5)
    undecided = Filters(organisation_id=world.house)
    found = completion.completion(session, filters=undecided, by=GroupBy.COHORT, now=NOW)

    assert found.groups == ()
    assert (found.total.follow_ups, found.total.people) == (FollowUps(), People())
    everybody = frozenset({Grant(Role.LND, Scope.ORGANISATION, world.house)})
    for unknown in (ANONYMOUS, Actor(person_id=None, organisation_id=world.house, grants=everybody)):
        with pytest.raises(NotFound):
            sight.visible(session, actor=unknown, filters=undecided)


def numbers_seen(session: Session, actor: Actor, filters: Filters) -> tuple[FollowUps, People]:
    try:
        narrowed = sight.visible(session, actor=actor, filters=filters)
    except Refusal:
        return FollowUps(), People()
    total = completion.completion(session, filters=narrowed, by=GroupBy.NONE, now=NOW).total
    return total.follow_ups, total.people


def names_seen(session: Session, actor: Actor, filters: Filters) -> tuple[FollowUps, People]:
    try:
        narrowed = sight.visible(session, actor=actor, filters=filters)
        items = names.follow_ups(session, filters=narrowed, counted=list(Counted), now=NOW, limit=1000)
        people = names.people(session, filters=narrowed, standings=list(Standing), now=NOW, limit=1000)
    except Refusal:
        return FollowUps(), People()
    return FollowUps.of(one.counted for one in items), People.of(one.standing for one in people)


def target(session: Session, world: World, one: One) -> Target:
    """What one person's follow-up is, for asking who may see it."""
    return Target(
        world.house,
        person_id=one.person_id,
        plan_id=one.plan_id,
        cohort_id=one.cohort_id,
        team_ids=teams.teams_of(session, person_id=one.person_id),
    )
