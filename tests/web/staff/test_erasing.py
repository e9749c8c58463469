"""Erasing somebody on a page: what it ends is shown, nothing happens before it is confirmed."""

from sqlalchemy import select

from coachfollow.models import Person
from tests.web.browsers import Browser
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, BEN, LENA, MIRA, ON_ONE, World

pytestmark = ON_ONE


def erased(world: World) -> int:
    with world.inside() as home:
        return len(home.session.scalars(select(Person.id).where(Person.erased_at.is_not(None))).all())


def ask(browser: Browser, email: str) -> None:
    browser.open("/people/erase")
    browser.send("/people/erase", email=email)


def confirm(browser: Browser, email: str) -> None:
    """Press the button under what was shown."""
    shown = browser.page.text.partition('name="confirm" value="')[2].partition('"')[0]
    assert shown
    browser.send("/people/erase", email=email, confirm=shown)


def test_what_it_ends_is_shown_and_done_when_it_is_confirmed(world: World) -> None:
    lena = signed_in(world, LENA)
    plan = world.plan(ANNA)

    ask(lena, ANNA)
    assert "Follow-ups that run" in lena.text
    assert erased(world) == 0

    confirm(lena, ANNA)
    assert "Erased." in lena.text
    assert erased(world) == 1
    lena.open(f"/plans/{plan}")
    assert "somebody who was erased" in lena.text


def test_whoever_signed_in_as_them_is_out(world: World) -> None:
    anna, lena = signed_in(world, ANNA), signed_in(world, LENA)

    ask(lena, ANNA)
    confirm(lena, ANNA)

    assert "Sign in" in anna.open("/my-plan").text


def test_a_wrong_address_and_one_s_own_are_told_at_the_field(world: World) -> None:
    lena = signed_in(world, LENA)

    ask(lena, "nobody@example.org")
    assert "Nobody here has the address “nobody@example.org”." in lena.text

    ask(lena, LENA)
    confirm(lena, LENA)
    assert "Nobody can erase themselves here" in lena.text
    assert erased(world) == 0


def test_a_coach_who_was_erased_leaves_pages_that_open(world: World) -> None:
    lena, anna = signed_in(world, LENA), signed_in(world, ANNA)

    ask(lena, BEN)
    assert "Participants who will be without a coach" in lena.text
    confirm(lena, BEN)

    assert lena.open(f"/plans/{world.plan(ANNA)}").status_code == 200
    assert anna.open(f"/my-plan/{world.plan(ANNA)}").status_code == 200
    assert lena.open("/numbers?by=coach").status_code == 200


def test_whoever_has_the_address_by_now_is_shown_first(world: World) -> None:
    lena = signed_in(world, LENA)
    ask(lena, ANNA)
    with world.inside() as home:
        anna, mira = (home.session.get_one(Person, home.person(one)) for one in (ANNA, MIRA))
        anna.email, mira.email = "anna.married@example.org", ANNA
        name = mira.name
        home.session.commit()

    confirm(lena, ANNA)

    assert f"Erase {name}?" in lena.text
    assert erased(world) == 0
