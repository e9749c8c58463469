"""Dates of plans keep holidays, leave, rosters, closed and quiet times; who shares a rhythm still shares dates."""

from collections.abc import Mapping
from datetime import date, time

import pytest
from sqlalchemy import update

from coachfollow.models import (
    ClosedSpell,
    LeaveSpell,
    Organisation,
    Person,
    RosterDay,
    Touchpoint,
)
from coachfollow.queries import worktimes
from coachfollow.rules.kinds import TouchpointState
from tests.databases import statements
from tests.flow.world import DAY, OPENED, TRAINING, World

ANNA = "anna@example.org"


def invite(world: World, *emails: str) -> None:
    rows = "".join(f"{email};{email}\n" for email in emails)
    world.invite(world.open_group(), f"Name;Email\n{rows}")


def steps(world: World, email: str) -> Mapping[str, Touchpoint]:
    keys = ("plan", "nudge", "asked")
    return {key: world.touchpoint(email, key) for key in keys}


def go(world: World, person_id: int, first: date, last: date) -> None:
    world.session.add(LeaveSpell(person_id=person_id, first_day=first, last_day=last, entered_at=OPENED))
    world.session.commit()


def test_somebody_on_leave_gets_dates_of_their_own(world: World) -> None:
    go(world, world.person(ANNA), TRAINING + 6 * DAY, TRAINING + 13 * DAY)

    invite(world, ANNA, "ben@example.org")

    anna, ben = steps(world, ANNA), steps(world, "ben@example.org")
    assert ben["asked"].local_date == TRAINING + 7 * DAY
    assert anna["asked"].local_date == TRAINING + 14 * DAY
    assert anna["asked"].why.endswith("away until 16 March")
    assert anna["nudge"].due_at == ben["nudge"].due_at


def test_what_leave_outlasts_is_excused_from_the_beginning(world: World) -> None:
    go(world, world.person(ANNA), TRAINING + DAY, TRAINING + 60 * DAY)

    invite(world, ANNA)

    asked = steps(world, ANNA)["asked"]
    assert (asked.state, asked.state_reason) == (TouchpointState.EXCUSED, "away until 2 May")
    assert asked.settled_at is not None


def test_a_withdrawn_leave_is_none(world: World) -> None:
    person_id = world.person(ANNA)
    go(world, person_id, TRAINING + 6 * DAY, TRAINING + 13 * DAY)
    world.session.execute(update(LeaveSpell).values(withdrawn_at=OPENED))

    invite(world, ANNA)

    assert steps(world, ANNA)["asked"].local_date == TRAINING + 7 * DAY
    assert worktimes.of_person(world.session, person_id=person_id, now=OPENED).leave == ()


def test_holidays_are_those_of_the_person_else_of_the_organisation(world: World) -> None:
    world.session.execute(update(Organisation).values(holiday_region="DE"))
    anna, ben = world.person(ANNA), world.person("ben@example.org")
    world.session.execute(update(Person).where(Person.id == ben).values(holiday_region="GB-SCT"))
    world.session.commit()

    of = worktimes.of_people(world.session, ids=[anna, ben], now=OPENED)
    easter_monday, saint_andrew = date(2026, 4, 6), date(2026, 11, 30)

    assert [of[anna].on(day) == () for day in (easter_monday, saint_andrew)] == [True, False]
    assert [of[ben].on(day) == () for day in (easter_monday, saint_andrew)] == [False, True]
    assert of[anna].off(easter_monday) == "Easter Monday"


def test_a_step_on_a_holiday_says_its_name(world: World) -> None:
    world.session.execute(update(Organisation).values(holiday_region="DE"))
    world.session.commit()
    world.invite(
        world.open_group(days=[date(2026, 3, 31)]), f"Name;Email\nA;{ANNA}\n"
    )  # Good Friday is three days later

    assert steps(world, ANNA)["nudge"].why == (
        "3 days after the training, moved from Fri 3 to Tue 7 April: Good Friday, weekend, Easter Monday"
    )


def test_rosters_closed_days_and_quiet_hours_count(world: World) -> None:
    person_id = world.person(ANNA)
    world.session.execute(update(Organisation).values(quiet_since=time(14), quiet_until=time(8)))
    house = world.organisation_id
    last = TRAINING + 8 * DAY
    world.session.add_all(
        [
            RosterDay(person_id=person_id, day=TRAINING + 3 * DAY, hours="06:00-07:30,12:00-20:00"),
            RosterDay(person_id=person_id, day=TRAINING + 4 * DAY, hours=""),
            ClosedSpell(
                organisation_id=house, first_day=TRAINING + 7 * DAY, last_day=last, entered_at=OPENED
            ),
        ]
    )
    world.session.commit()

    invite(world, ANNA, "ben@example.org")

    anna, ben = steps(world, ANNA), steps(world, "ben@example.org")
    assert anna["nudge"].local_time == time(12)
    assert anna["plan"].local_time == time(9)
    assert anna["asked"].local_date == ben["asked"].local_date == TRAINING + 9 * DAY
    assert ben["asked"].why.endswith("closed from 10 March to 11 March")


@pytest.mark.parametrize("people", [2, 9])
def test_it_takes_as_many_statements_for_many_away_as_for_few(world: World, people: int) -> None:
    emails = [f"p{n}@example.org" for n in range(people)]
    for n, email in enumerate(emails):
        go(world, world.person(email), TRAINING + n * DAY, TRAINING + (n + 9) * DAY)
    cohort = world.open_group()

    with statements() as said:
        world.invite(cohort, "Name;Email\n" + "".join(f"{email};{email}\n" for email in emails))

    assert sum("leave_spells" in one for one in said) < 8
