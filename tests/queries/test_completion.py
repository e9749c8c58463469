"""The numbers: as worked out by hand, cut in every way, always adding up."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Session

from coachfollow.models import Cohort
from coachfollow.queries import choices, completion, names
from coachfollow.queries.completion import Report
from coachfollow.queries.filters import EVERYTHING, Area, Filters, GroupBy, Sight
from coachfollow.rules.kinds import PlanState, StepKind, TouchpointState
from coachfollow.rules.measuring import Counted, FollowUps, People, Standing
from tests.queries import chance, worlds
from tests.queries.chance import One, World
from tests.queries.worlds import DAY, NOW, Facts, Offer

SEEDS = (1, 2)


def everything(house: int) -> Filters:
    return Filters(organisation_id=house, sight=EVERYTHING)


def report(session: Session, filters: Filters, by: GroupBy = GroupBy.NONE) -> Report:
    return completion.completion(session, filters=filters, by=by, now=NOW)


def cohort_of(session: Session, house: int, taken: Offer, key: str) -> int:
    known = session.scalar(select(Cohort.id).where(Cohort.organisation_id == house, Cohort.key == key))
    return known or worlds.cohort(session, house, taken, key)


def by_label(found: Report) -> dict[str, tuple[int, int]]:
    return {one.label.text: (one.follow_ups.due, one.people.attended) for one in found.groups}


def some_filters(world: World) -> list[Filters]:
    """Nothing chosen, each thing alone, and some together."""
    rng = Random(world.house)
    nothing = everything(world.house)
    one = rng.choice(world.people)
    first, last = sorted(rng.choices([item.day for item in world.follow_ups], k=2))
    teams = list(world.parents)
    return [
        nothing,
        replace(nothing, cohort_id=one.cohort_id),
        replace(nothing, programme_id=one.programme_id),
        replace(nothing, team_id=teams[0]),
        replace(nothing, team_id=teams[2]),
        replace(nothing, coach_id=rng.choice(world.coaches)),
        replace(nothing, since=first, until=last),
        replace(nothing, team_id=teams[0], coach_id=rng.choice(world.coaches), since=first),
    ]


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


def test_groups_are_called_what_people_call_them(session: Session) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house, "service", title="Service recovery")
    newest = worlds.version(session, taken.programme_id, number=2, title="Service, recovered")
    untitled = worlds.offer(session, house, "leading")
    worlds.version(session, untitled.programme_id, number=2)
    erased = worlds.person(session, house, None)
    for key, one in (("spring", taken), ("autumn", untitled)):
        plan_id = worlds.plan(session, worlds.cohort(session, house, one, key), worlds.person(session, house))
        if key == "spring":
            worlds.coached(session, plan_id, erased)
    session.flush()

    def labels(by: GroupBy) -> list[tuple[str, str | None]]:
        return [(one.label.text, one.label.handle) for one in report(session, everything(house), by).groups]

    assert newest != taken.version_id
    assert labels(GroupBy.PROGRAMME) == [("leading", "leading"), ("Service, recovered", "service")]
    assert labels(GroupBy.COHORT) == [("Group autumn", "autumn"), ("Group spring", "spring")]
    assert labels(GroupBy.COACH) == [("a former coach", None), ("without a coach", None)]
    assert labels(GroupBy.MONTH) == [("2026-02", "2026-02")]


def test_a_report_says_in_words_what_it_is_about(session: Session) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house)
    cohort_id = worlds.cohort(session, house, taken, "spring")
    hotels = worlds.team(session, house, "Hotels")
    north = worlds.team(session, house, "North", parent=hotels)
    cem = worlds.person(session, house, "Cem")

    filters = replace(
        everything(house),
        programme_id=taken.programme_id,
        cohort_id=cohort_id,
        team_id=north,
        coach_id=cem,
        since=date(2026, 1, 1),
        until=date(2026, 3, 31),
    )
    found = report(session, filters)

    assert found.scope == {
        "programme": "Service recovery",
        "group": "Group spring",
        "team": "Hotels / North",
        "coach": "Cem",
        "from": "2026-01-01",
        "until": "2026-03-31",
    }
    assert report(session, everything(house)).scope == {}


def test_a_report_carries_the_definition_of_everything_it_counts(session: Session) -> None:
    found = report(session, everything(worlds.organisation(session)))
    assert {one.value for one in Counted} <= found.definitions.keys()
    assert {"target", "period", "team and coach"} <= found.definitions.keys()
    assert found.total.follow_ups.completion is None


@contextmanager
def statements(session: Session) -> Iterator[list[tuple[str, Any]]]:
    """Listen to what is asked of the database."""
    asked: list[tuple[str, Any]] = []

    def listen(_: Connection, __: object, statement: str, parameters: Any, *___: object) -> None:
        asked.append((statement, parameters))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", listen)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", listen)


def test_a_report_takes_the_same_few_statements_for_any_size(session: Session) -> None:
    for plans in (1, 20):
        house = chance.world(session, plans, plans=plans).house
        session.flush()
        for by in GroupBy:
            with statements(session) as asked:
                report(session, everything(house), by)
            assert len(asked) <= 4, by  # one of them only where something is excused


def test_whoever_knows_the_names_already_gets_the_same_report(session: Session) -> None:
    world = chance.world(session, 7, plans=15)
    known = choices.choices(session, organisation_id=world.house, area=EVERYTHING.numbers)
    for filters in some_filters(world):
        for by in GroupBy:
            found = completion.completion(session, filters=filters, by=by, now=NOW, known=known)
            assert found == completion.completion(session, filters=filters, by=by, now=NOW), (by, filters)


def test_a_reader_is_offered_what_they_see_somebody_of(session: Session) -> None:
    house = worlds.organisation(session)
    plans = []
    for key, path in (("spring", "Hotels"), ("autumn", "Spas")):
        cohort_id = worlds.cohort(session, house, worlds.offer(session, house, key, title=key), key)
        person_id, coach_id = worlds.person(session, house), worlds.person(session, house, f"Coach {key}")
        plans.append(worlds.plan(session, cohort_id, person_id))
        above = worlds.team(session, house, path)
        worlds.member(session, person_id, worlds.team(session, house, "North", parent=above))
        worlds.coached(session, plans[-1], coach_id, until=NOW - DAY)

    only = choices.choices(session, organisation_id=house, area=Area(plans=frozenset(plans[1:])))
    everything_there = choices.choices(session, organisation_id=house, area=EVERYTHING.numbers)

    assert choices.offered(only.programmes) == [("autumn", "autumn")]
    assert choices.offered(only.groups) == [("autumn", "Group autumn")]
    assert choices.teams(only) == [("Spas", "Spas"), ("Spas / North", "Spas / North")]
    assert [text for _, text in choices.offered(only.coaches)] == ["Coach autumn"]
    assert len(choices.teams(everything_there)) == 4
    assert [text for _, text in choices.offered(everything_there.groups)] == ["Group autumn", "Group spring"]


# PostgreSQL plans by statistics, and these tables are too small for any
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_group_is_counted_from_the_index_of_the_groups(session: Session) -> None:
    world = chance.world(session, 5, plans=20)
    steps = steps_of(session, replace(everything(world.house), cohort_id=world.people[0].cohort_id))

    assert (
        "SEARCH touchpoints USING INDEX ix_touchpoints_groups (cohort_id=? AND outcome>? AND outcome<?)"
        in steps
    )
    assert "SEARCH touchpoints USING INDEX ix_touchpoints_groups (cohort_id=? AND outcome=?)" in steps
    assert "SCAN touchpoints" not in steps


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_team_is_counted_from_the_index_of_the_numbers(session: Session) -> None:
    world = chance.world(session, 5, plans=20)
    steps = steps_of(session, replace(everything(world.house), team_id=next(iter(world.parents))))

    assert "SEARCH touchpoints USING INDEX ix_touchpoints_numbers (plan_id=? AND due_at>?)" in steps
    assert (
        "SEARCH touchpoints USING INDEX ix_touchpoints_numbers (plan_id=? AND due_at>? AND due_at<?)" in steps
    )
    assert "SCAN touchpoints" not in steps


def steps_of(session: Session, filters: Filters) -> list[str]:
    """How SQLite means to count the follow-ups of a report."""
    session.flush()
    with statements(session) as asked:
        report(session, filters)
    statement, parameters = next(one for one in asked if "touchpoints" in one[0])
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    return [row[3] for row in plan]
