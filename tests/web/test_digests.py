"""A coach stops the list of what to look at by its own link, and brings it back on the page of their hours."""

import pytest

from coachfollow.flow import digests, placing
from coachfollow.queries import hours
from coachfollow.rules.kinds import MessageKind, Rhythm
from tests.house import AFTER, DAY
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.staff.people import signed_in
from tests.web.worlds import BEN, ON_ONE, World

MONDAY = AFTER + 13 * DAY


def rhythm(world: World) -> Rhythm:
    with world.inside() as home:
        return hours.hours(home.session, person_id=home.person(BEN)).rhythm


@pytest.fixture
def stop(world: World, time: Clock) -> str:
    """The link that stops Ben's digest."""
    time.now = MONDAY
    with world.inside() as home:
        home.bookable(BEN)
        placing.place_due(home.session, now=AFTER + DAY)
        digests.send_due(home.session, now=MONDAY)
    return world.links(BEN, MessageKind.COACH_DIGEST, now=MONDAY)["u"]


@ON_ONE
def test_the_link_of_a_digest_asks_and_then_stops_it(world: World, browser: Browser, stop: str) -> None:
    address = stop.removeprefix("http://localhost:5000")

    browser.open(address)
    assert "You get no more of these lists of what to look at." in browser.text
    assert rhythm(world) is Rhythm.WEEKLY

    assert browser.client.post(address, data={"List-Unsubscribe": "something else"}).status_code == 422
    assert rhythm(world) is Rhythm.WEEKLY
    assert browser.client.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert rhythm(world) is Rhythm.NEVER


@ON_ONE
def test_a_coach_says_how_often_it_comes_where_their_hours_stand(world: World) -> None:
    browser = signed_in(world, BEN)
    browser.open("/hours")
    form = {"mon-0-from": "9:00", "mon-0-to": "17:00", "minutes": "30", "gap": "0"}

    assert browser.send("/hours", **form, rhythm="hourly").status_code == 422
    assert "Choose how often this mail comes." in browser.text
    browser.send("/hours", **form, rhythm="daily")

    assert rhythm(world) is Rhythm.DAILY
