"""A coach chooses another time for a meeting: what is offered, what is said of an odd time, on whose clock."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from coachfollow.models import CheckIn, LeaveSpell, Person, Touchpoint
from tests.web.browsers import Browser
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, ASKED, BEN, ON_ONE, World

MEETING = "meeting"


@pytest.fixture
def ben(world: World) -> Browser:
    """Ben's browser; Anna's meeting stands in both calendars, on Tuesday 17 March."""
    world.place_meetings()
    return signed_in(world, BEN)


def away(world: World, email: str, first: date, last: date) -> None:
    with world.inside() as home:
        person = home.person(email)
        spell = LeaveSpell(person_id=person, entered_at=ASKED, first_day=first, last_day=last)
        home.session.add(spell)
        home.session.commit()


def stands(world: World) -> datetime:
    with world.inside() as home:
        about = home.touchpoint(ANNA, MEETING).id
        found = home.session.scalars(select(CheckIn.starts_at).where(CheckIn.touchpoint_id == about)).one()
    assert found is not None
    return found


def choose(world: World, ben: Browser, *, day: str = "", at: str = "") -> str:
    said = f"&day={day}&at={at}" if day else ""
    about = world.touchpoint(ANNA, MEETING)
    ben.open(f"/plans/{world.plan(ANNA)}/change/meet?follow_up={about}{said}")
    return ben.text


@pytest.mark.parametrize("email", [ANNA, BEN])
def test_no_time_is_offered_on_a_day_on_which_one_of_the_two_is_away(
    world: World, ben: Browser, email: str
) -> None:
    day = stands(world).date()
    away(world, email, day, day + timedelta(days=1))

    text = choose(world, ben)

    assert "These times are free for both of you." in text
    assert f"{day:%a} {day.day} {day:%B}," not in text
    later = day + timedelta(days=2)
    assert f"{later:%a} {later.day} {later:%B}," in text


def test_the_time_that_a_meeting_has_is_not_offered_and_not_taken(world: World, ben: Browser) -> None:
    at = stands(world)

    assert f"{at:%a} {at.day} {at:%B}, {at:%H:%M}" not in choose(world, ben)

    text = choose(world, ben, day=f"{at:%Y-%m-%d}", at=f"{at:%H:%M}")
    assert ben.page.status_code == 422
    assert "Choose another." in text
    assert "Nobody gets a mail" not in text


@ON_ONE
@pytest.mark.parametrize(
    ("day", "at", "said"),
    [
        ("2026-03-19", "18:00", "That is outside the hours you offer."),
        ("2026-03-19", "16:45", "That is outside the hours you offer."),  # it would last beyond them
        ("2026-03-26", "10:00", "You are away then."),
        ("2026-03-24", "10:00", "That is outside the working time of Anna Berg; better ask them first."),
        ("2026-03-19", "18:00", "That is outside the working time of Anna Berg; better ask them first."),
    ],
)
def test_an_odd_time_is_warned_of_and_can_be_chosen_all_the_same(
    world: World, ben: Browser, day: str, at: str, said: str
) -> None:
    away(world, BEN, date(2026, 3, 26), date(2026, 3, 26))
    away(world, ANNA, date(2026, 3, 24), date(2026, 3, 24))

    assert said in choose(world, ben, day=day, at=at)
    assert "A calendar invitation goes to Anna Berg and to you." in ben.text
    ben.send(ben.action)

    assert stands(world).isoformat() == f"{day}T{at}:00+00:00"


@ON_ONE
def test_a_time_that_suits_both_is_not_warned_of(world: World, ben: Browser) -> None:
    text = choose(world, ben, day="2026-03-19", at="11:00")

    assert not [said for said in ("outside the", "You are away") if said in text]


@ON_ONE
def test_a_coach_who_offers_no_hours_is_told_of_their_leave_alone(world: World) -> None:
    away(world, BEN, date(2026, 3, 26), date(2026, 3, 26))
    ben = signed_in(world, BEN)

    assert "You are away then." in choose(world, ben, day="2026-03-26", at="10:00")
    assert "outside the hours you offer" not in choose(world, ben, day="2026-03-19", at="18:00")


def live_in(world: World, email: str, zone: str) -> None:
    with world.inside() as home:
        home.session.execute(update(Person).where(Person.email == email).values(zone=zone))
        if email == ANNA:
            home.session.execute(
                update(Touchpoint).where(Touchpoint.plan_id == home.plan(ANNA).id).values(zone=zone)
            )
        home.session.commit()


def test_a_meeting_is_said_by_the_clocks_of_both_where_they_live_apart(world: World, ben: Browser) -> None:
    live_in(world, BEN, "Europe/London")
    live_in(world, ANNA, "Asia/Kolkata")

    choose(world, ben, day="2026-03-19", at="09:00")
    ben.send(ben.action)

    both = "Thursday 19 March 2026, 14:30 (Asia/Kolkata), 09:00 on your clock"
    assert f"Moved: meeting with the coach, {both}, by Ben Okoro" in ben.text
    assert "Thursday 19 March 2026, 14:30 (09:00 on your clock)" in ben.text  # what comes
    ben.open(f"/plans/{world.plan(ANNA)}/follow-ups/{world.touchpoint(ANNA, MEETING)}")
    assert both in ben.text


def test_one_clock_is_enough_where_both_show_the_same(world: World, ben: Browser) -> None:
    live_in(world, BEN, "Europe/London")
    live_in(world, ANNA, "Europe/Lisbon")

    choose(world, ben, day="2026-03-19", at="09:00")
    ben.send(ben.action)

    assert "on your clock" not in ben.text
    assert "Moved: meeting with the coach, Thursday 19 March 2026, 09:00, by Ben Okoro" in ben.text


@ON_ONE
def test_the_clock_of_another_day_says_the_day(world: World, ben: Browser) -> None:
    live_in(world, ANNA, "Pacific/Auckland")

    choose(world, ben, day="2026-03-19", at="16:00")
    ben.send(ben.action)

    assert "Friday 20 March 2026, 05:00 (Pacific/Auckland), Thu 19 March, 16:00 on your clock" in ben.text
