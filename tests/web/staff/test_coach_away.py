"""A coach says when they are away: which meetings that concerns is shown before it is kept, and it is taken back."""

import pytest
from sqlalchemy import select

from coachfollow.models import CheckIn, LeaveSpell
from coachfollow.rules.kinds import CheckInState, Role
from tests.web.browsers import Browser
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, BEN, LENA, ON_ONE, World

PAGE = "/hours/away"


@pytest.fixture
def ben(world: World) -> Browser:
    """The browser of a coach whose meetings stand in calendars."""
    world.place_meetings()
    return signed_in(world, BEN)


def kept(world: World) -> int:
    with world.inside() as home:
        return home.session.query(LeaveSpell).filter(LeaveSpell.withdrawn_at.is_(None)).count()


def met(world: World) -> list[str]:
    """The days on which a meeting stands, and how many there are of all."""
    with world.inside() as home:
        placed = select(CheckIn.starts_at).where(CheckIn.state == CheckInState.PLACED)
        found = home.session.scalars(placed.order_by(CheckIn.starts_at)).all()
        return [at.date().isoformat() for at in found if at]


def test_meetings_on_those_days_are_shown_first_and_stay_until_another_time_is_chosen(
    world: World, ben: Browser
) -> None:
    before = met(world)
    days = {"first": before[0], "last": before[-1]}

    ben.open(PAGE)
    ben.send(**days)

    assert "2 meetings stand in calendars on those days. Nothing moves by itself" in ben.text
    assert "Anna Berg, " in ben.text
    assert ben.page.text.count("Choose another time<") == 2
    assert kept(world) == 0

    ben.send(**days, confirm="yes")

    assert "Kept: I am away until " in ben.text
    assert (kept(world), met(world)) == (1, before)
    ben.open("/hours")
    assert ben.text.count("you are away then") == 2

    ben.open(PAGE)
    ben.send(f"{PAGE}/back", **days)

    assert "Taken back. Times are looked for on those days again." in ben.text
    assert kept(world) == 0
    ben.open("/hours")
    assert "you are away then" not in ben.text
    assert "No leave of mine is known." in ben.text


@ON_ONE
def test_half_a_day_leaves_the_other_half_alone(world: World, ben: Browser) -> None:
    day = met(world)[0]
    ben.open(PAGE)

    ben.send(PAGE, first=day, last=day)
    assert "stand in calendars on those days" in ben.text
    ben.send(PAGE, first=day, last=day, from_noon="yes")

    assert "No meeting stands in calendars on those days." in ben.text


@ON_ONE
def test_days_that_cannot_be_are_said_beside_their_field(world: World, ben: Browser) -> None:
    ben.open(PAGE)
    shown = ben.send(PAGE, first="2026-03-25", last="2026-03-24")

    assert shown.status_code == 422
    assert 'id="problem-last"' in shown.text
    assert kept(world) == 0


@ON_ONE
def test_what_is_not_there_is_not_taken_back_and_nobody_else_finds_the_page(
    world: World, ben: Browser
) -> None:
    for last in ("2026-03-25", "2026-03-24"):
        ben.open(PAGE)
        assert ben.send(f"{PAGE}/back", first="2026-03-25", last=last).status_code == 404
    lena = signed_in(world, LENA)
    assert lena.client.get(PAGE).status_code == 403


@ON_ONE
def test_a_coach_who_takes_part_sees_their_own_follow_up_move_too(world: World) -> None:
    with world.inside() as home:
        home.appoint(ANNA, Role.COACH)
    anna = signed_in(world, ANNA)
    anna.open(PAGE)

    anna.send(PAGE, first="2026-03-23", last="2026-04-10")

    assert "Of my own follow-up this changes:" in anna.text
