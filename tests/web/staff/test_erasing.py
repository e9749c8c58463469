"""Erasing somebody on a page: what it ends is shown, nothing happens before it is confirmed."""

from sqlalchemy import select

from coachfollow.models import Person
from tests.web.browsers import Browser
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, BEN, LENA, ON_ONE, World

pytestmark = ON_ONE


def erased(world: World) -> int:
    with world.inside() as home:
        return len(home.session.scalars(select(Person.id).where(Person.erased_at.is_not(None))).all())


def ask(browser: Browser, email: str) -> None:
    browser.open("/people/erase")
    browser.send("/people/erase", email=email)


def test_what_it_ends_is_shown_and_done_when_it_is_confirmed(world: World) -> None:
    lena = signed_in(world, LENA)
    plan = world.plan(ANNA)

    ask(lena, ANNA)
    assert "Follow-ups that run" in lena.text
    assert erased(world) == 0

    lena.send("/people/erase", email=ANNA, confirm="yes")
    assert "Erased." in lena.text
    assert erased(world) == 1
    lena.open(f"/plans/{plan}")
    assert "somebody who was erased" in lena.text


def test_whoever_signed_in_as_them_is_out(world: World) -> None:
    anna, lena = signed_in(world, ANNA), signed_in(world, LENA)

    ask(lena, ANNA)
    lena.send("/people/erase", email=ANNA, confirm="yes")

    assert "Sign in" in anna.open("/my-plan").text


def test_a_wrong_address_and_one_s_own_are_told_at_the_field(world: World) -> None:
    lena = signed_in(world, LENA)

    ask(lena, "nobody@example.org")
    assert "Nobody here has the address “nobody@example.org”." in lena.text

    ask(lena, LENA)
    lena.send("/people/erase", email=LENA, confirm="yes")
    assert "Nobody can erase themselves here" in lena.text
    assert erased(world) == 0


def test_a_coach_who_was_erased_leaves_pages_that_open(world: World) -> None:
    lena, anna = signed_in(world, LENA), signed_in(world, ANNA)

    ask(lena, BEN)
    assert "Participants who will be without a coach" in lena.text
    lena.send("/people/erase", email=BEN, confirm="yes")

    assert lena.open(f"/plans/{world.plan(ANNA)}").status_code == 200
    assert anna.open(f"/my-plan/{world.plan(ANNA)}").status_code == 200
    assert lena.open("/numbers?by=coach").status_code == 200
