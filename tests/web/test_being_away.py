"""“I am away from … to …”: shown before it is kept, without a reason asked for."""

import pytest

from coachfollow.models import LeaveSpell
from coachfollow.rules.kinds import MessageKind
from tests.web.browsers import Browser
from tests.web.worlds import ANNA, ON_ONE, World


@pytest.fixture
def page(world: World, browser: Browser) -> str:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])
    return f"/my-plan/{world.plan(ANNA)}/away"


def kept(world: World) -> int:
    with world.inside() as home:
        return home.session.query(LeaveSpell).count()


def test_what_moves_is_shown_first_and_kept_when_confirmed(world: World, browser: Browser, page: str) -> None:
    days = {"first": "2026-03-23", "last": "2026-04-10"}

    browser.send(page, **days)
    assert "This is what changes:" in browser.text
    assert kept(world) == 0

    browser.send(page, **days, confirm="yes")
    assert "Kept: I am away until Friday 10 April 2026." in browser.text
    assert kept(world) == 1


@ON_ONE
def test_where_nothing_is_planned_nothing_moves(world: World, browser: Browser, page: str) -> None:
    browser.send(page, first="2027-01-02", last="2027-01-02", from_noon="yes")
    assert "so nothing moves" in browser.text
    assert kept(world) == 0


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"first": "", "last": "2026-03-25"}, "first"),
        ({"first": "2026-03-25", "last": "2026-03-24"}, "last"),
        ({"first": "2026-03-01", "last": "2026-03-02"}, "last"),
    ],
)
@ON_ONE
def test_days_that_cannot_be_are_said_beside_their_field(
    world: World, browser: Browser, page: str, days: dict[str, str], field: str
) -> None:
    shown = browser.send(page, **days)
    assert shown.status_code == 422
    assert f'id="problem-{field}"' in shown.text
    assert kept(world) == 0


@ON_ONE
def test_leave_for_which_nothing_moved_is_taken_back_without_a_count(browser: Browser, page: str) -> None:
    days = {"first": "2026-12-28", "last": "2026-12-28"}
    browser.send(page, **days, confirm="yes")

    browser.send(f"{page}/back", **days)

    assert "Taken back. Nothing had moved for it." in browser.text


@ON_ONE
def test_the_page_is_reached_from_my_plan(browser: Browser, page: str) -> None:
    browser.open(page)
    assert "I need no reason" in browser.text
    assert "See what moves" in browser.text


@ON_ONE
def test_my_leave_is_listed_and_taken_back(browser: Browser, page: str) -> None:
    browser.send(page, first="2026-03-23", last="2026-04-10", from_noon="yes", confirm="yes")
    browser.open(page)
    assert "Monday 23 March 2026 from noon to Friday 10 April 2026 Take it back" in browser.text

    browser.send(f"{page}/back", first="2026-03-23", last="2026-04-10", from_noon="yes")

    assert "Taken back." in browser.text
    assert "on the old day again." in browser.text
    assert "When I am away" not in browser.text
