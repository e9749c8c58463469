"""The demo's clock: one press moves it once, it is told what happened, and one comes back to where one was."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text, update

from coachfollow.config import Settings
from coachfollow.errors import Conflict
from coachfollow.extensions import db
from coachfollow.flow import demo, demo_travel
from coachfollow.models import ClockShift, Message, Touchpoint
from coachfollow.queries import clockwork
from coachfollow.rules.kinds import MessageKind, MessageState, TouchpointState
from coachfollow.web import demo_clock
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.worlds import ANNA, ON_ONE, World

pytestmark = ON_ONE  # the demo lives on SQLite


@pytest.fixture
def settings(make_settings: Callable[..., Settings], database_url: str) -> Settings:
    """Settings of a demo."""
    return make_settings(database_url=database_url, demo="yes")


@pytest.fixture
def world(app: Flask, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world with a mail server that takes everything; a page does not wait for a worker that is not there."""
    app.extensions["mail"].suppress = True
    monkeypatch.setattr(demo_clock, "PATIENCE", 0.0)
    return World(app)


def shift(world: World) -> timedelta:
    """How far time is ahead."""
    with world.inside() as home:
        return timedelta(seconds=home.session.get_one(ClockShift, 1).seconds)


def let_the_worker_travel(world: World, *, at_once: float = 60.0) -> bool:
    """Do what the job does that was rung for."""
    with world.inside():
        return demo_travel.travel(db.session(), at_once=at_once)


def press(browser: Browser, ahead: str) -> None:
    """Press a button of the clock bar on the page that is open."""
    browser.send("/demo/clock", ahead=ahead)


@pytest.mark.parametrize(("ahead", "days"), [("day", 1), ("week", 7), ("quarter", 91)])
def test_a_press_moves_time_and_leads_back_with_what_happened(
    world: World, browser: Browser, ahead: str, days: int
) -> None:
    browser.open("/demo/mailbox", to=ANNA)

    press(browser, ahead)
    assert browser.path.startswith("/demo/clock/on-its-way")
    assert browser.page.headers["Refresh"] == "1"
    assert "Time is passing" in browser.text
    assert let_the_worker_travel(world)
    browser.open(browser.path)

    assert browser.path == f"/demo/mailbox?to={ANNA}"
    assert re.search(r"(A day|A week|13 weeks) went by: \d+ mails? left", browser.text)
    assert timedelta(days=days) <= shift(world) < timedelta(days=days, minutes=5)


def test_the_next_event_is_the_next_thing_that_happens(world: World, browser: Browser, time: Clock) -> None:
    browser.open("/demo/clock")
    with world.inside() as home:
        coming = clockwork.next_event(home.session, after=time.now)

    press(browser, "event")
    let_the_worker_travel(world)

    assert coming is not None
    assert time.now + shift(world) == pytest.approx(coming, abs=timedelta(minutes=1))


def test_a_doubled_press_moves_time_once_and_says_so_kindly(world: World, browser: Browser) -> None:
    browser.open("/demo/mailbox")
    pressed = dict(re.findall(r'name="(csrf_token|moves|back)" value="([^"]*)"', browser.page.text))
    browser.client.post("/demo/clock", data={**pressed, "ahead": "day"})

    browser.client.post("/demo/clock", data={**pressed, "ahead": "day"})
    let_the_worker_travel(world)
    browser.open("/demo/clock/on-its-way", back="/demo/mailbox")

    assert "so it moved once only" in browser.text
    assert shift(world) < timedelta(days=1, minutes=5)


def test_a_page_left_open_while_time_moved_elsewhere_moves_nothing(
    world: World, browser: Browser, another_browser: Browser
) -> None:
    browser.open("/demo/mailbox")
    another_browser.open("/demo/mailbox")
    press(browser, "day")
    let_the_worker_travel(world)

    press(another_browser, "day")

    assert "Time had moved already when you pressed" in another_browser.text
    assert another_browser.path == "/demo/mailbox"
    assert shift(world) < timedelta(days=1, minutes=5)


def test_a_long_way_goes_on_where_it_stopped_and_tells_how_far_it_has_come(
    world: World, browser: Browser
) -> None:
    browser.open("/")
    press(browser, "quarter")

    assert not let_the_worker_travel(world, at_once=0.0)
    browser.open(browser.path)
    assert re.search(r"On its way \d+ %", browser.text)
    assert "Watch it" in browser.page.text
    assert let_the_worker_travel(world)

    assert shift(world) >= timedelta(weeks=13)


def test_time_can_be_halted_on_its_way(world: World, browser: Browser) -> None:
    browser.open("/")
    press(browser, "quarter")
    let_the_worker_travel(world, at_once=0.0)

    browser.send("/demo/clock/halt", back="/demo/mailbox")

    assert browser.path == "/demo/mailbox"
    assert let_the_worker_travel(world)
    assert shift(world) < timedelta(weeks=2)


def test_while_time_is_on_its_way_nobody_else_moves_it(world: World, browser: Browser) -> None:
    browser.open("/")
    press(browser, "quarter")

    with world.inside() as home, pytest.raises(Conflict, match="Somebody is moving time already"):
        demo.step(home.session, days=1)


def test_a_day_on_which_nothing_happens_says_so(world: World, browser: Browser) -> None:
    with world.inside() as home:
        home.session.execute(update(Touchpoint).values(state=TouchpointState.CANCELLED))
        home.session.execute(update(Message).values(state=MessageState.CANCELLED))
        home.session.commit()
    browser.open("/")
    press(browser, "day")
    let_the_worker_travel(world)
    browser.open(browser.path)
    assert "A day went by, and nothing happened" in browser.text

    press(browser, "event")

    assert "the story has been told to its end" in browser.text


@pytest.mark.parametrize("ahead", ["century", ""])
def test_time_moves_no_other_way(world: World, browser: Browser, ahead: str) -> None:
    browser.open("/demo/clock")

    assert browser.send("/demo/clock", ahead=ahead).status_code == 404
    assert shift(world) == timedelta(0)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_nobody_is_led_to_another_site(world: World, browser: Browser, elsewhere: str) -> None:
    del world
    browser.open("/demo/mailbox")

    found = browser.client.get("/demo/clock/on-its-way", query_string={"back": elsewhere})

    assert found.location == "/"


def test_every_page_has_the_bar_also_those_of_a_link_and_of_a_refusal(world: World, browser: Browser) -> None:
    links = world.links(ANNA, MessageKind.REFLECTION)

    for address in ("/", "/sign-in", links["a"], links["p"], links["s"], "/demo/clock", "/no-such-page"):
        browser.open(address)
        assert 'aria-label="Move the demo’s time ahead"' in browser.page.text, address


def test_the_page_of_a_form_that_was_refused_is_not_come_back_to(world: World, browser: Browser) -> None:
    del world
    browser.open("/demo/mailbox")

    browser.send("/demo/enter", guest="nobody")

    assert 'name="back" value="/"' in browser.page.text


def test_where_the_clock_cannot_be_read_a_page_goes_without_the_bar(world: World, browser: Browser) -> None:
    assert "clock-bar" in browser.open("/demo/mailbox").text
    with world.inside() as home:
        home.session.execute(text("ALTER TABLE clock_shift RENAME COLUMN moves TO gone"))
        home.session.commit()

    page = browser.open("/demo/mailbox")

    assert (page.status_code, "clock-bar" in page.text) == (200, False)
