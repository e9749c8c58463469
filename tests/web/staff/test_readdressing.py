"""An L&D team gives another address on a page, to nobody but somebody whose mails come back."""

import pytest
from sqlalchemy import select, update

from coachfollow.models import Person
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, ASKED, BEN, LENA, PAUL, World

NEW = "anna.berg@example.org"


@pytest.fixture
def lost(world: World) -> World:
    """Mails to Anna have come back."""
    with world.inside() as home:
        home.session.execute(update(Person).where(Person.email == ANNA).values(undeliverable_at=ASKED))
        home.session.commit()
    return world


def address_of_anna(world: World) -> tuple[str | None, bool]:
    """Give her address, and whether mails to it come back."""
    with world.inside() as home:
        anna = home.session.scalars(select(Person).where(Person.name == "Anna Berg")).one()
        return anna.email, anna.undeliverable_at is not None


def test_a_team_that_learns_the_right_address_gives_it_on_the_page(lost: World) -> None:
    lena, plan = signed_in(lost, LENA), lost.plan(ANNA)
    assert "Give another address" in lena.open(f"/plans/{plan}").text
    lena.open(f"/plans/{plan}/address")
    assert ANNA in lena.text

    lena.send(f"/plans/{plan}/address", email=NEW)

    assert f"Mails go to {NEW} from now on." in lena.text
    assert "Our mails come back." not in lena.text
    assert address_of_anna(lost) == (NEW, False)


def test_a_second_click_finds_it_done(lost: World) -> None:
    lena, other, plan = signed_in(lost, LENA), signed_in(lost, LENA), lost.plan(ANNA)

    for browser in (lena, other):
        browser.open(f"/plans/{plan}/address")
    for browser in (lena, other):
        browser.send(f"/plans/{plan}/address", email=NEW)

    assert f"Mails go to {NEW} from now on." in other.text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("anna at example", "anna at example"),
        ("", "mail address"),
        (PAUL, f"“{PAUL}” is the address of somebody else here."),
    ],
)
def test_what_cannot_be_it_is_said_at_the_field_and_comes_back(lost: World, said: str, told: str) -> None:
    lena, plan = signed_in(lost, LENA), lost.plan(ANNA)
    lena.open(f"/plans/{plan}/address")

    assert lena.send(f"/plans/{plan}/address", email=said).status_code == 422

    assert told in lena.text
    assert f'value="{said}"' in lena.page.text or not said
    assert address_of_anna(lost) == (ANNA, True)


def test_nobody_s_address_is_changed_on_a_page_while_their_mails_arrive(world: World) -> None:
    lena, plan = signed_in(world, LENA), world.plan(ANNA)
    assert "Give another address" not in lena.open(f"/plans/{plan}").text
    lena.open(f"/plans/{plan}/address")

    assert lena.send(f"/plans/{plan}/address", email=NEW).status_code == 422

    assert "Mails to them arrive" in lena.text
    assert address_of_anna(world) == (ANNA, False)


def test_a_coach_is_asked_to_tell_the_team(lost: World) -> None:
    ben = signed_in(lost, BEN)

    ben.open(f"/plans/{lost.plan(ANNA)}")

    assert "tell your L&D team" in ben.text
    assert "Give another address" not in ben.text
