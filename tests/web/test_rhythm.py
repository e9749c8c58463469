"""“My rhythm”: what moves is shown before it does; what cannot be stands beside its field."""

import pytest

from coachfollow.queries import tempos
from coachfollow.rules.kinds import MessageKind, Pace
from coachfollow.rules.tempo import AS_PLANNED, Tempo
from tests.web.browsers import Browser
from tests.web.worlds import ANNA, ON_ONE, World

pytestmark = ON_ONE


@pytest.fixture
def page(world: World, browser: Browser) -> str:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])
    return f"/my-plan/{world.plan(ANNA)}/rhythm"


def kept(world: World) -> Tempo:
    with world.inside() as home:
        return tempos.of_plan(home.session, plan_id=home.plan(ANNA).id).own


def test_what_changes_is_shown_first_and_kept_when_it_suits(
    world: World, browser: Browser, page: str
) -> None:
    assert "My rhythm" in browser.text
    browser.open(page)
    chosen = {"rhythm": "lighter", "weekday": "4", "time": "14:30"}
    browser.send(page, **chosen)
    assert "This is what changes" in browser.text
    assert "A question of Tuesday 24 March 2026 comes on Friday 27 March 2026, 14:30." in browser.text
    assert kept(world) == AS_PLANNED

    mark = browser.page.text.split('name="confirm" value="')[1].split('"')[0]
    browser.send(page, **chosen, confirm=mark)
    assert "Kept. What is still to come follows my rhythm" in browser.text
    assert "I chose: fewer reminders, on Fridays, at 14:30." in browser.text
    assert kept(world).pace is Pace.LIGHTER


@pytest.mark.parametrize(
    ("chosen", "field", "says"),
    [
        ({"weekday": "6"}, "weekday", "You do not work on a Sunday"),
        ({"time": "noon"}, "time", "Write a time of day"),
        ({"time": "23:30"}, "time", "outside your working hours"),
        ({}, "rhythm", "This is how it comes already."),
        ({"rhythm": "lighter", "confirm": "another"}, "rhythm", "has changed"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    world: World, browser: Browser, page: str, chosen: dict[str, str], field: str, says: str
) -> None:
    browser.open(page)
    shown = browser.send(page, **{"rhythm": "normal", "weekday": "", "time": ""} | chosen)

    assert says in browser.text
    assert f'id="problem-{field}"' in shown.text
    assert kept(world) == AS_PLANNED
