"""The numbers: as worked out by hand, cut in every way, always adding up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from sqlalchemy.orm import Session

from coachfollow.queries import completion, names
from coachfollow.queries.filters import Area, GroupBy, Sight
from coachfollow.rules.kinds import PlanState, StepKind, TouchpointState
from coachfollow.rules.measuring import Counted, FollowUps, People, Standing
from tests.queries import chance, worlds
from tests.queries.chance import One
from tests.queries.reports import by_label, cohort_of, everything, report, some_filters
from tests.queries.worlds import DAY, NOW, Facts

SEEDS = (1, 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_groups_are_as_counted_by_hand_and_add_up_to_the_total(session: Session, seed: int) -> None:
    world = chance.world(session, seed)
    chance.world(session, seed + 100)  # another organisation, which must not show
    rng = Random(seed)
    for n, filters in enumerate(some_filters(world)):
        [whole] = world.counts(filters, GroupBy.NONE).values()
        for by in rng.sample(list(GroupBy), 2 if n else len(GroupBy)):
            found = completion.completion(session, filters=filters, by=by, now=NOW)
            groups = {one.key: (one.follow_ups, one.people) for one in found.groups}

            assert (found.total.follow_ups, found.total.people) == whole, (by, filters)
            if by is not GroupBy.NONE:
                assert groups == world.counts(filters, by), (by, filters)
                assert sum((one for one, _ in groups.values()), FollowUps()) == found.total.follow_ups
                assert sum((one for _, one in groups.values()), People()) == found.total.people


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_reader_sees_of_groups_and_plans_is_as_counted_by_hand(session: Session, seed: int) -> None:
    world, elsewhere = chance.world(session, seed), chance.world(session, seed + 100)
    rng = Random(seed)
    some = rng.sample(sorted({one.cohort_id for one in world.people}), k=2)
    plans = rng.sample(sorted({one.plan_id for one in world.people}), k=5)
    for area in (
        Area(cohorts=frozenset([*some, elsewhere.people[0].cohort_id])),
        Area(plans=frozenset(plans)),
        Area(cohorts=frozenset(some), plans=frozenset(plans)),
        Area(),
    ):

        def seen(all_of_them: Sequence[One], area: Area = area) -> tuple[One, ...]:
            return tuple(
                one for one in all_of_them if one.cohort_id in area.cohorts or one.plan_id in area.plans
            )

        theirs = replace(world, follow_ups=seen(world.follow_ups), people=seen(world.people))
        for filters in (one for one in some_filters(world) if one.team_id is None):
            within = replace(filters, sight=Sight(numbers=area))
            for by in rng.sample(list(GroupBy)[1:], k=2):
                found = report(session, within, by)
                groups = {one.key: (one.follow_ups, one.people) for one in found.groups}
                assert groups == theirs.counts(within, by), (by, within)


def test_behind_every_number_stand_as_many_names(session: Session) -> None:
    world = chance.world(session, 3, plans=25)
    nothing, *_, everything_chosen = some_filters(world)
    for filters in (nothing, replace(nothing, team_id=next(iter(world.parents))), everything_chosen):
        for by in GroupBy:
            found = completion.completion(session, filters=filters, by=by, now=NOW)
            for group in found.groups or [found.total]:
                items = names.follow_ups(
                    session, filters=filters, counted=list(Counted), now=NOW, by=by, key=group.key, limit=1000
                )
                everybody = names.people(
                    session,
                    filters=filters,
                    standings=list(Standing),
                    now=NOW,
                    by=by,
                    key=group.key,
                    limit=1000,
                )

                assert FollowUps.of(item.counted for item in items) == group.follow_ups, (by, group)
                assert People.of(someone.standing for someone in everybody) == group.people, (by, group)


def test_a_follow_up_stays_with_the_team_and_the_coach_of_its_due_day(session: Session) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house)
    cohort_id = worlds.cohort(session, house, taken)
    hotels, spa = worlds.team(session, house, "Hotels"), worlds.team(session, house, "Spa")
    anna, cem, dora = (worlds.person(session, house, name) for name in ("Anna", "Cem", "Dora"))
    plan_id = worlds.plan(session, cohort_id, anna)
    moved = NOW - 10 * DAY
    worlds.member(session, anna, hotels, since=NOW - 20 * DAY, until=moved)
    worlds.member(session, anna, spa, since=moved)
    worlds.coached(session, plan_id, cem, since=NOW - 20 * DAY, until=moved)
    worlds.coached(session, plan_id, dora, since=moved)
    due = (NOW - 30 * DAY, moved - DAY, moved, NOW - DAY)
    worlds.touchpoints(session, plan_id, taken, [Facts(due_at=moment) for moment in due])

    # the first falls before anything was known of Anna: what was known first counts from the beginning
    assert by_label(report(session, everything(house), GroupBy.TEAM)) == {"Hotels": (2, 0), "Spa": (2, 1)}
    assert by_label(report(session, everything(house), GroupBy.COACH)) == {"Cem": (2, 0), "Dora": (2, 1)}
    assert report(session, replace(everything(house), team_id=hotels)).total.follow_ups.due == 2
    assert report(session, replace(everything(house), coach_id=dora)).total.follow_ups.due == 2


def test_teams_are_counted_with_all_beneath_them_one_level_at_a_time(session: Session) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house)
    cohort_id = worlds.cohort(session, house, taken)
    hotels = worlds.team(session, house, "Hotels")
    north = worlds.team(session, house, "North", parent=hotels)
    bremen = worlds.team(session, house, "Bremen", parent=north)
    for team_id in (hotels, north, bremen, bremen, None):
        person_id = worlds.person(session, house)
        worlds.plan(session, cohort_id, person_id)
        if team_id is not None:
            worlds.member(session, person_id, team_id)

    whole = report(session, everything(house), GroupBy.TEAM)
    below_hotels = report(session, replace(everything(house), team_id=hotels), GroupBy.TEAM)

    assert by_label(whole) == {"Hotels": (0, 4), "without a team": (0, 1)}
    assert by_label(below_hotels) == {"North": (0, 3), "directly in Hotels": (0, 1)}
    assert [one.label.handle for one in below_hotels.groups] == ["Hotels", "Hotels / North"]


def test_people_belong_to_the_month_of_their_last_session(session: Session) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house)
    cohort_id = worlds.cohort(session, house, taken, trained=(date(2026, 1, 20), date(2026, 2, 10)))
    plan_id = worlds.plan(session, cohort_id, worlds.person(session, house))
    worlds.touchpoints(session, plan_id, taken, [Facts(due_at=NOW)])

    assert by_label(report(session, everything(house), GroupBy.MONTH)) == {
        "2026-02": (0, 1),
        "2026-03": (1, 0),
    }
    assert report(session, replace(everything(house), until=date(2026, 1, 31))).total.people.attended == 0
    assert report(session, replace(everything(house), since=date(2026, 2, 10))).total.people.attended == 1


def test_the_adoption_by_coaches_is_the_completion_of_their_meetings(session: Session) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house)
    cohort_id = worlds.cohort(session, house, taken)
    plan_id = worlds.plan(session, cohort_id, worlds.person(session, house))
    held = Facts(kind=StepKind.CHECK_IN, state=TouchpointState.COMPLETED, settled_at=NOW)
    worlds.touchpoints(
        session, plan_id, taken, [held, replace(held, state=TouchpointState.MISSED), Facts(), Facts()]
    )

    found = report(session, replace(everything(house), kind=StepKind.CHECK_IN))

    assert (found.total.follow_ups.completed, found.total.follow_ups.due) == (1, 2)
    assert found.total.people.attended == 1
    assert found.scope == {"follow-ups": "meetings with the coach"}


def test_reach_counts_the_people_who_answered_themselves(session: Session) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house)
    boss = worlds.person(session, house, "Boss")
    for key, state, answers_by in (
        ("a", PlanState.ACTIVE, ["self", "self"]),
        ("a", PlanState.STOPPED, ["self", "boss"]),
        ("a", PlanState.ACTIVE, ["boss"]),
        ("b", PlanState.ACTIVE, []),
        ("c", PlanState.DRAFT, ["self"]),
    ):
        cohort_id = cohort_of(session, house, taken, key)
        anna = worlds.person(session, house)
        plan_id = worlds.plan(session, cohort_id, anna, state=state)
        ids = worlds.touchpoints(session, plan_id, taken, [Facts()] * len(answers_by))
        for touchpoint_id, who in zip(ids, answers_by, strict=True):
            worlds.answer(session, touchpoint_id, anna if who == "self" else boss)

    found = report(session, everything(house), GroupBy.COHORT)

    assert {one.label.handle: (one.reached, one.people.attended) for one in found.groups} == {
        "a": (2, 3),
        "b": (0, 1),
    }
    assert found.total.reach == 0.5
    assert report(session, everything(worlds.organisation(session))).total.reach is None


def test_people_of_a_group_without_sessions_are_counted_without_a_date(session: Session) -> None:
    house = worlds.organisation(session)
    cohort_id = worlds.cohort(session, house, worlds.offer(session, house), trained=())
    worlds.plan(session, cohort_id, worlds.person(session, house))
    filters = everything(house)

    assert by_label(report(session, filters, GroupBy.MONTH)) == {"without a date": (0, 1)}
    undated = names.people(
        session, filters=filters, standings=[Standing.ACTIVE], now=NOW, by=GroupBy.MONTH, key=None
    )
    assert len(undated) == 1


@pytest.mark.parametrize(
    ("targets", "shown", "remark"),
    [
        ((0.8, 0.8), 0.8, "all aim at the same"),
        ((0.8, 0.9), None, "they differ"),
        ((0.8, None), None, "one has none"),
        ((None, None), None, "none has any"),
    ],
)
def test_a_target_is_shown_where_all_groups_share_it(
    session: Session, targets: tuple[float | None, ...], shown: float | None, remark: str
) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house)
    for key, target in zip("ab", targets, strict=True):
        cohort_id = worlds.cohort(session, house, taken, key, target=target)
        worlds.plan(session, cohort_id, worlds.person(session, house))

    found = report(session, everything(house), GroupBy.COHORT)

    assert found.total.target == shown, remark
    assert [one.target for one in found.groups] == list(targets)
    assert [one.target for one in report(session, everything(house), GroupBy.PROGRAMME).groups] == [shown]


@pytest.mark.parametrize("by", [GroupBy.COHORT, GroupBy.MONTH])
def test_what_nothing_is_counted_of_is_no_group_and_its_target_nobodys(session: Session, by: GroupBy) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house)
    for key, state, target, due_at in (
        ("a", PlanState.ACTIVE, 0.7, NOW - DAY),
        ("b", PlanState.DRAFT, 0.9, NOW - 90 * DAY),
    ):
        cohort_id = worlds.cohort(session, house, taken, key, target=target, trained=())
        plan_id = worlds.plan(session, cohort_id, worlds.person(session, house), state=state)
        excused = Facts(state=TouchpointState.EXCUSED, due_at=due_at)
        worlds.touchpoints(session, plan_id, taken, [excused])

    found = report(session, everything(house), by)

    assert [one.follow_ups.excused for one in found.groups if one.follow_ups != FollowUps()] == [1]
    assert found.total.target == 0.7
    assert all(one.follow_ups != FollowUps() or one.people != People() for one in found.groups)
