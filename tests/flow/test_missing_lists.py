"""A session whose attendance list nobody brings in is not forgotten: L&D, coaches and participants see it."""

from datetime import UTC, datetime, timedelta

import pytest

from coachfollow.queries import coached, missing, my_plan
from coachfollow.queries.missing import Missing
from coachfollow.rules.kinds import PlanState
from tests.flow.world import AFTER, DAY, TRAINING, World

COACH, ANNA = "coach@example.org", "anna@example.org"
THURSDAY = datetime(2026, 3, 5, 7, 0, tzinfo=UTC)  # two working days after the Tuesday


def gaps(world: World, now: datetime) -> dict[str, Missing]:
    found = missing.of_groups(world.session, organisation_id=world.organisation_id, now=now)
    world.session.rollback()
    return dict(found)


def test_a_list_is_missed_two_working_days_after_its_session(world: World) -> None:
    group = world.open_group()
    world.invite(group, f"{ANNA}\n")

    assert gaps(world, THURSDAY - timedelta(hours=9)) == {}
    assert gaps(world, THURSDAY) == {group.public_id: Missing(days=(TRAINING,), has_begun=False)}
    assert gaps(world, THURSDAY)[group.public_id].sentence == (
        "The attendance list of 3 March 2026 is missing: nobody’s follow-up has begun."
    )


def test_nothing_is_missed_once_it_is_in_or_where_nobody_is_invited(world: World) -> None:
    world.open_group("empty")
    group = world.open_group()
    world.invite(group, f"{ANNA}\n")
    world.bring_in(group, f"{ANNA}\n")

    assert gaps(world, THURSDAY + 30 * DAY) == {}


def test_of_several_sessions_those_without_a_list_are_named(world: World) -> None:
    group = world.open_group(days=[TRAINING, TRAINING + DAY, TRAINING + 60 * DAY], attended_sessions=1)
    world.invite(group, f"{ANNA}\n")
    world.bring_in(group, f"{ANNA}\n")

    assert gaps(world, THURSDAY + 5 * DAY) == {
        group.public_id: Missing(days=(TRAINING + DAY,), has_begun=True)
    }


@pytest.mark.parametrize("brought", ["", f"{ANNA}\n"])
def test_coach_and_participant_are_told_what_is_waited_for(world: World, brought: str) -> None:
    group = world.open_group(coaches=[COACH])
    world.invite(group, f"{ANNA}\n")
    if brought:
        world.bring_in(group, brought)
    now = AFTER + 20 * DAY

    (one,) = coached.my_people(world.session, coach_id=world.person(COACH), now=now)
    mine = my_plan.my_plan(world.session, plan=world.plan(ANNA).public_id, now=now)

    assert one.awaits_list == mine.awaits_list == (not brought)
    if not brought:
        assert one.state is PlanState.DRAFT
        assert one.next is None
        assert all(entry.due_at > now for entry in mine.coming)


def test_before_the_training_nothing_is_waited_for(world: World) -> None:
    group = world.open_group(coaches=[COACH])
    world.invite(group, f"{ANNA}\n")

    (one,) = coached.my_people(world.session, coach_id=world.person(COACH), now=AFTER - DAY)

    assert not one.awaits_list
