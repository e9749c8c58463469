"""Who may do what: every role, every action, to one's own, somebody else's, and another organisation's."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import access
from coachfollow.rules.access import ANONYMOUS, Action, Actor, Grant, Target
from coachfollow.rules.kinds import Role, Scope

OURS, THEIRS = 1, 2
ANNA, BEN, COACH, BOSS, LND, OPERATOR = 10, 11, 20, 30, 40, 50
ANNAS_PLAN, BENS_PLAN = 100, 101
COHORT, OTHER_COHORT = 200, 201
TEAM, DIVISION, OTHER_TEAM = 300, 301, 302

annas = Target(
    OURS, person_id=ANNA, plan_id=ANNAS_PLAN, cohort_id=COHORT, team_ids=frozenset({TEAM, DIVISION})
)
bens = Target(
    OURS, person_id=BEN, plan_id=BENS_PLAN, cohort_id=OTHER_COHORT, team_ids=frozenset({OTHER_TEAM})
)
group = Target(OURS, cohort_id=COHORT)
team = Target(OURS, team_ids=frozenset({TEAM, DIVISION}))
everything = Target(OURS)
# The same ids in another organisation: nothing but the organisation keeps them apart.
TARGETS = {
    "anna's": annas,
    "ben's": bens,
    "group": group,
    "team": team,
    "everything": everything,
    "theirs": replace(annas, organisation_id=THEIRS),
}


def granted(person_id: int, role: Role, scope: Scope, scope_id: int) -> Actor:
    return Actor(person_id=person_id, organisation_id=OURS, grants=frozenset({Grant(role, scope, scope_id)}))


ACTORS = {
    "nobody": ANONYMOUS,
    "participant": Actor(person_id=ANNA, organisation_id=OURS),
    "coach": Actor(person_id=COACH, organisation_id=OURS, coached_plans=frozenset({ANNAS_PLAN})),
    "manager": Actor(person_id=BOSS, organisation_id=OURS, managed_people=frozenset({ANNA})),
    "manager of the team": granted(BOSS, Role.MANAGER, Scope.TEAM, TEAM),
    "L&D": granted(LND, Role.LND, Scope.ORGANISATION, OURS),
    "L&D of the group": granted(LND, Role.LND, Scope.COHORT, COHORT),
    "L&D of the division": granted(LND, Role.LND, Scope.TEAM, DIVISION),
    "operator": granted(OPERATOR, Role.OPERATOR, Scope.ORGANISATION, OURS),
    # A role says what somebody may be, not whose: without the relation it opens nothing.
    "coach of nobody": granted(COACH, Role.COACH, Scope.COHORT, COHORT),
    "participant by grant": granted(BEN + 1, Role.PARTICIPANT, Scope.COHORT, COHORT),
    "L&D with a grant elsewhere": granted(LND, Role.LND, Scope.ORGANISATION, THEIRS),
}

NOTHING = ""
OWN = "see_own_plan change_own_plan"
COACHING = "see_plan change_plan restart_plan run_check_in see_shared_answers see_numbers see_names"
MANAGING = "see_plan see_numbers see_names"
LEARNING = "see_plan restart_plan see_numbers see_names import erase edit_programmes"
OPERATING = "see_outbox operate erase"

# Whoever is not in the table, or not in the row, may do nothing.
MATRIX: dict[str, dict[str, str]] = {
    "participant": {"anna's": OWN},
    "coach": {"anna's": COACHING},
    "manager": {"anna's": MANAGING},
    "manager of the team": {"team": "see_numbers"},
    "L&D": dict.fromkeys(("anna's", "ben's", "group", "team", "everything"), LEARNING),
    "L&D of the group": {"anna's": LEARNING, "group": LEARNING},
    "L&D of the division": {"anna's": LEARNING, "team": LEARNING},
    "operator": dict.fromkeys(("anna's", "ben's", "group", "team", "everything"), OPERATING),
}


@pytest.mark.parametrize("whose", TARGETS)
@pytest.mark.parametrize("who", ACTORS)
def test_everybody_may_do_exactly_what_the_table_says(who: str, whose: str) -> None:
    allowed = {action for action in Action if access.may(ACTORS[who], action, TARGETS[whose])}
    assert allowed == set(MATRIX.get(who, {}).get(whose, NOTHING).split())


@pytest.mark.parametrize("who", ACTORS)
def test_only_the_coach_of_the_plan_reads_shared_answers(who: str) -> None:
    readable = [
        name for name, what in TARGETS.items() if access.may(ACTORS[who], Action.SEE_SHARED_ANSWERS, what)
    ]
    assert readable == (["anna's"] if who == "coach" else [])


def test_every_action_has_its_row() -> None:
    assert set(access.ALLOWED) == set(Action)


ids = st.integers(1, 4)
actors = st.builds(
    Actor,
    person_id=st.none() | ids,
    organisation_id=st.none() | ids,
    grants=st.frozensets(st.builds(Grant, st.sampled_from(Role), st.sampled_from(Scope), ids)),
    coached_plans=st.frozensets(ids),
    managed_people=st.frozensets(ids),
)
targets = st.builds(
    Target,
    ids,
    person_id=st.none() | ids,
    plan_id=st.none() | ids,
    cohort_id=st.none() | ids,
    team_ids=st.frozensets(ids),
)


@given(actors, st.sampled_from(Action), targets)
def test_nothing_crosses_an_organisation_or_is_open_to_nobody(
    actor: Actor, action: Action, target: Target
) -> None:
    if access.may(actor, action, target):
        assert actor.person_id is not None
        assert actor.organisation_id == target.organisation_id


@given(actors, st.sampled_from(Action), targets)
def test_a_role_that_is_taken_away_never_opens_anything(actor: Actor, action: Action, target: Target) -> None:
    for grant in actor.grants:
        poorer = replace(actor, grants=actor.grants - {grant})
        assert access.may(poorer, action, target) <= access.may(actor, action, target)
