"""A coach gives a meeting another time: which are offered, what is said of it, and who is told when."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from coachfollow.flow import placing
from coachfollow.models import CheckIn, CoachProfile, LeaveSpell, Message, Person
from coachfollow.rules.kinds import CheckInState, MessageKind, MessageState
from tests.web.browsers import Browser
from tests.web.staff.people import signed_in
from tests.web.staff.plans import MEETING, confirm, lever
from tests.web.worlds import ANNA, ASKED, BEN, ON_ONE, World


@pytest.fixture
def ben(world: World) -> Browser:
    """Ben's browser."""
    return signed_in(world, BEN)


def test_once_calendars_are_told_it_is_too_late_and_said_why(world: World, ben: Browser) -> None:
    world.place_meetings()
    world.invite_to_meetings()
    ben.open(lever(world, "skip", MEETING, reason="talked"))
    confirm(ben)
    shown = ben.page
    with world.inside() as home:
        home.session.execute(
            update(Message)
            .where(Message.kind == MessageKind.CANCELLATION)
            .values(state=MessageState.SENT, settled_at=ASKED)
        )
        home.session.commit()

    ben.open(f"/plans/{world.plan(ANNA)}")
    assert "You can still take this back" not in ben.text
    ben.page = shown
    ben.send(ben.action)

    assert "It is too late to take this back: the mail about it to " in ben.text
    assert "You can change it anew." in ben.text


def test_a_meeting_gets_one_of_the_free_times_on_the_coachs_clock(world: World, ben: Browser) -> None:
    with world.inside() as home:
        home.bookable(BEN)
        home.session.execute(update(Person).where(Person.email == BEN).values(zone="Europe/Berlin"))
        home.session.commit()
    ben.open(lever(world, "meet", MEETING))
    assert "These times are free for both of you." in ben.text
    assert "Tue 17 March, 11:00" in ben.text  # ten where Anna lives, as it was planned

    ben.open(lever(world, "meet", MEETING, day="2026-03-19", at="18:30"))
    assert "For Anna Berg that is Thursday 19 March 2026, 17:30 (UTC)." in ben.text
    assert "That is outside the working time of Anna Berg; better ask them first." in ben.text
    confirm(ben)

    both = "Thursday 19 March 2026, 17:30 (UTC), 18:30 on your clock"
    assert f"Moved: meeting with the coach, {both}, by Ben Okoro" in ben.text
    with world.inside() as home:
        placed = home.session.scalars(select(CheckIn)).one()
        assert placed.state is CheckInState.PLACED
        assert placed.starts_at == datetime.fromisoformat("2026-03-19T17:30:00+00:00")
        waits = home.session.scalars(select(Message.send_at).where(Message.kind == MessageKind.INVITATION))
        assert set(waits) == {ASKED + timedelta(minutes=3)}


def test_no_free_time_is_offered_during_leave(world: World, ben: Browser) -> None:
    with world.inside() as home:
        home.bookable(BEN)
        days = {"first_day": date(2026, 3, 18), "last_day": date(2026, 3, 19)}
        home.session.add(LeaveSpell(person_id=home.person(ANNA), entered_at=ASKED, **days))
        home.session.commit()

    ben.open(lever(world, "meet", MEETING))

    assert [day in ben.text for day in ("Tue 17", "Wed 18", "Thu 19", "Fri 20")] == [True, False, False, True]


def test_a_day_that_this_meeting_helps_to_fill_is_free_for_it(world: World, ben: Browser) -> None:
    world.place_meetings()
    world.invite_to_meetings()
    with world.inside() as home:
        home.session.execute(update(CoachProfile).values(meetings_a_day=2))  # as stand on that day
        home.session.commit()
        about = home.touchpoint(ANNA, MEETING).id
        stands = home.session.scalars(select(CheckIn.starts_at).where(CheckIn.touchpoint_id == about)).one()
    assert stands is not None

    ben.open(lever(world, "meet", MEETING))

    assert f"{stands:%a} {stands.day} {stands:%B}, " in ben.text


@ON_ONE
@pytest.mark.parametrize(
    ("day", "at", "sentence"),
    [
        ("2026-03-19", "", "Choose a time."),
        ("2026-03-19", "25:00", "Choose a time."),
        ("2026-02-31", "09:00", "Choose a day."),
        ("2026-03-01", "09:00", "That time has passed"),
    ],
)
def test_a_meeting_wants_a_time_to_come(world: World, ben: Browser, day: str, at: str, sentence: str) -> None:
    ben.open(lever(world, "meet", MEETING, day=day, at=at))

    assert sentence in ben.text


@ON_ONE
def test_a_meeting_that_is_near_is_told_at_once_and_the_page_says_so(world: World, ben: Browser) -> None:
    ben.open(lever(world, "meet", MEETING, day="2026-03-11", at="15:00"))

    assert "calendars are told at once, and this cannot be taken back" in ben.text


@ON_ONE
def test_a_meeting_in_nobodys_calendar_is_left_out_without_a_word(world: World, ben: Browser) -> None:
    with world.inside() as home:
        home.bookable(BEN)
        placing.place_due(home.session, now=ASKED)

    ben.open(lever(world, "skip", MEETING, reason="talked"))

    assert "The meeting has not reached anybody's calendar, so nobody has to be told." in ben.text.replace(
        "’", "'"
    )
