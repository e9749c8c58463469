"""Whoever has left the organisation is followed up no more: it ends with their last day, and is no black mark."""

from datetime import date, datetime, timedelta

from sqlalchemy import select, update

from coachfollow.flow import leavers, placing, plans
from coachfollow.models import CheckIn, Person
from coachfollow.rules.kinds import CheckInState, PlanState, StopReason, TouchpointState
from tests.flow.world import AFTER, DAY, World

ANNA, BEN, COACH = "anna@example.org", "ben@example.org", "coach@example.org"
LAST_DAY = date(2026, 3, 6)
EVENING = datetime(2026, 3, 6, 23, 59, tzinfo=AFTER.tzinfo)
MORNING = EVENING + timedelta(minutes=1)


def leaves(world: World, email: str, day: date = LAST_DAY, *, zone: str = "UTC") -> None:
    """Let somebody's last day be this one."""
    world.session.execute(update(Person).where(Person.email == email).values(left_on=day, zone=zone))
    world.session.commit()


def test_a_follow_up_stops_when_the_last_day_of_its_person_is_over(world: World) -> None:
    world.train(ANNA, BEN)
    leaves(world, ANNA)

    assert leavers.stop_theirs(world.session, now=EVENING) == 0
    assert leavers.stop_theirs(world.session, now=MORNING) == 1
    assert leavers.stop_theirs(world.session, now=MORNING) == 0

    assert world.standing(ANNA) == (PlanState.STOPPED, StopReason.LEFT)
    assert world.states(ANNA)["asked"] is TouchpointState.CANCELLED
    assert world.standing(BEN) == (PlanState.ACTIVE, None)


def test_the_last_day_is_over_when_it_is_over_where_they_live(world: World) -> None:
    world.train(ANNA, BEN)
    leaves(world, ANNA, zone="America/New_York")
    leaves(world, BEN, zone="Asia/Tokyo")

    assert leavers.stop_theirs(world.session, now=EVENING) == 1
    assert world.standing(BEN) == (PlanState.STOPPED, StopReason.LEFT)
    assert leavers.stop_theirs(world.session, now=MORNING) == 0
    assert leavers.stop_theirs(world.session, now=MORNING + timedelta(hours=5)) == 1


def test_a_pause_does_not_keep_a_leaver(world: World) -> None:
    world.train(ANNA)
    plan_id = world.plan(ANNA).id
    plans.pause(world.session, plan_id=plan_id, until=date(2026, 3, 20), now=AFTER)
    leaves(world, ANNA)

    assert leavers.stop_theirs(world.session, now=MORNING) == 1
    assert world.standing(ANNA) == (PlanState.STOPPED, StopReason.LEFT)


def test_the_coach_does_not_wait_for_somebody_who_has_left(world: World) -> None:
    cohort = world.open_group(coaches=[COACH])
    world.bookable(COACH)
    world.attend(cohort, f"Name;Email;Minutes\nAnna;{ANNA};180\n")
    placing.place_due(world.session, now=AFTER)
    leaves(world, ANNA)

    leavers.stop_theirs(world.session, now=MORNING)

    assert world.session.scalars(select(CheckIn.state)).all() == [CheckInState.CANCELLED]
    placing.place_due(world.session, now=MORNING + DAY)
    assert world.session.scalars(select(CheckIn.state)).all() == [CheckInState.CANCELLED]
