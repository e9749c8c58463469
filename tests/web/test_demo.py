"""The demo: be one of its people, and read everybody's mail in a frame that holds it in."""

import re
from collections.abc import Callable
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from coachfollow.config import Settings
from coachfollow.flow.demo_guests import Guest
from coachfollow.flow.mailbox import folder
from coachfollow.mail import mailbox as files
from coachfollow.rules.kinds import MessageKind, Role
from coachfollow.web.demo import LETTERS_A_PAGE
from tests.web.browsers import Browser
from tests.web.looking import SMALLEST, in_every_light
from tests.web.worlds import ANNA, ON_ONE, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium

ROLES = {Guest.COACH: Role.COACH, Guest.LND: Role.LND, Guest.OPERATOR: Role.OPERATOR}
BEGINS_AT = {
    Guest.EMPLOYEE: "My account",
    Guest.COACH: "My people",
    Guest.LND: "Numbers",
    Guest.OPERATOR: "How it is doing",
}


@pytest.fixture
def settings(make_settings: Callable[..., Settings], database_url: str) -> Settings:
    """Settings of a demo."""
    return make_settings(database_url=database_url, demo="yes")


@pytest.fixture
def world(app: Flask) -> World:
    """The world, with the demo's people in it and a mail server that takes everything."""
    world = World(app)
    app.extensions["mail"].suppress = True
    with world.inside() as home:
        home.person(Guest.EMPLOYEE.person.email, name=Guest.EMPLOYEE.person.name)
        for guest, role in ROLES.items():
            home.appoint(guest.person.email, role, name=guest.person.name)
    return world


def file_mail(world: World, html: str = "<html><head></head><body><p>Hello</p></body></html>") -> str:
    """Let a mail arrive; gives its id."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Brightwater <f@example.org>", ANNA, "How is it going?"
    mail.set_content("Hello\nhttp://localhost:5000/a/xyz\n")
    mail.add_alternative(html, subtype="html")
    with world.inside():
        return files.deliver(folder(), mail.as_bytes())


@ON_ONE
def test_the_first_page_tells_the_story_in_three_steps(world: World, browser: Browser) -> None:
    del world
    browser.open("/")

    headings = re.findall(r"<h2>(.*?)</h2>", browser.page.text)
    assert headings[:3] == [
        "The employee answers by mail",
        "The coach sees who needs him",
        "L&amp;D counts what became of it",
    ]
    assert [guest for guest in Guest if f"Be {guest.person.name}" not in browser.text] == []


@pytest.mark.parametrize("guest", Guest)
@ON_ONE
def test_one_press_makes_the_visitor_one_of_its_people(world: World, browser: Browser, guest: Guest) -> None:
    browser.open("/")

    browser.send("/demo/enter", guest=guest.value)

    assert browser.page.status_code == 200
    assert BEGINS_AT[guest] in browser.page.text
    with world.inside() as home, browser.client.session_transaction() as session:
        assert session["person"] == home.person(guest.person.email)


@ON_ONE
def test_the_employee_begins_at_their_own_plan(world: World, browser: Browser) -> None:
    daniel = Guest.EMPLOYEE.person.email
    with world.inside() as home:
        home.attend(home.group("winter"), f"{daniel}\n")
        plan = home.plan(daniel).public_id
    browser.open("/")

    browser.send("/demo/enter", guest="employee")

    assert browser.path == f"/my-plan/{plan}"
    assert browser.page.status_code == 200


@ON_ONE
def test_nobody_else_lives_there(world: World, browser: Browser) -> None:
    del world
    browser.open("/")

    assert browser.send("/demo/enter", guest="god").status_code == 404


@ON_ONE
def test_somebody_who_has_not_moved_in_yet_is_not_there(app: Flask, browser: Browser) -> None:
    del app
    browser.open("/")

    assert browser.send("/demo/enter", guest="coach").status_code == 404


@ON_ONE
def test_the_mailbox_lists_what_arrived_and_for_whom(world: World, browser: Browser) -> None:
    browser.open("/demo/mailbox")
    assert "Nothing has arrived here yet." in browser.text
    file_mail(world)

    browser.open("/demo/mailbox", to=ANNA)
    assert "How is it going?" in browser.text
    browser.open("/demo/mailbox", to="paul@example.org")
    assert "Nothing has arrived here yet." in browser.text


@ON_ONE
def test_a_long_mailbox_is_read_page_by_page(world: World, browser: Browser) -> None:
    for _ in range(LETTERS_A_PAGE + 1):
        file_mail(world)

    browser.open("/demo/mailbox", to=ANNA)
    assert browser.page.text.count("How is it going?") == LETTERS_A_PAGE
    assert "Older mails" in browser.text
    browser.open("/demo/mailbox", to=ANNA, page="2")
    assert browser.page.text.count("How is it going?") == 1
    assert "Newer mails" in browser.text
    assert "Older mails" not in browser.text
    browser.open("/demo/mailbox", to=ANNA, page="3")
    assert "There are no older mails." in browser.text


@ON_ONE
def test_a_mail_is_shown_as_it_looks_as_text_and_as_it_travelled(world: World, browser: Browser) -> None:
    address = f"/demo/mailbox/{file_mail(world)}"

    browser.open(address)
    assert 'sandbox="allow-popups allow-top-navigation-by-user-activation"' in browser.page.text
    browser.open(address, part="text")
    assert "Hello http://localhost:5000/a/xyz" in browser.text
    assert 'href="http://localhost:5000/a/xyz"' in browser.page.text
    browser.open(address, part="source")
    assert "Content-Type: multipart/alternative" in browser.text
    browser.open(address, part="odd")
    assert "<iframe" in browser.page.text


@ON_ONE
def test_the_mails_own_html_is_held_in_by_its_own_policy(world: World, browser: Browser) -> None:
    page = browser.open(f"/demo/mailbox/{file_mail(world)}/html")

    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "form-action 'none'" in policy
    assert '<head><base target="_top">' in page.text


@pytest.mark.parametrize(
    "letter", ["nothing", "../settings", "..%2F..%2Fetc%2Fpasswd", "20260101-000000000000-00000000"]
)
@ON_ONE
def test_a_mail_that_never_came_is_not_there(world: World, browser: Browser, letter: str) -> None:
    del world

    assert browser.open(f"/demo/mailbox/{letter}").status_code == 404
    assert browser.open(f"/demo/mailbox/{letter}/html").status_code == 404


@ON_ONE
def test_the_machine_tells_every_visitor_of_the_demo_how_it_is_doing(world: World, browser: Browser) -> None:
    del world

    assert browser.open("/demo/status").status_code == 200


@ON_ONE
def test_signing_in_by_mail_points_to_the_mailbox(world: World, browser: Browser) -> None:
    del world
    browser.open("/sign-in")
    browser.send("/sign-in", email="somebody@example.org")

    assert "Open the demo’s mailbox" in browser.text


@ON_ONE
@pytest.mark.browser
def test_every_page_of_the_demo_reads_well_for_everybody_without_script(
    world: World, site: str, chromium: "Chromium"
) -> None:
    letter = f"/demo/mailbox/{file_mail(world)}"
    wrong = {}
    with chromium.new_context(base_url=site, viewport=SMALLEST) as context:
        context.route("**/*.js*", lambda route: route.abort())
        page = context.new_page()
        for address in ("/", "/demo/mailbox", letter, f"{letter}?part=source", "/demo/clock"):
            page.goto(address)
            if bad := in_every_light(page):
                wrong[address] = bad
        page.goto("/")
        page.get_by_role("button", name=f"Be {Guest.COACH.person.name}").press("Enter")
        page.get_by_role("heading", name="My people").wait_for()
        if bad := in_every_light(page):
            wrong["the clock above somebody's page"] = bad

    assert wrong == {}


@ON_ONE
def test_the_clock_above_a_german_page_stays_english_and_says_so(world: World, browser: Browser) -> None:
    world.reads_german(ANNA)

    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])

    assert '<html lang="de">' in browser.page.text
    assert '<aside class="clock-bar" aria-label="The demo’s clock" lang="en">' in browser.page.text


@ON_ONE
def test_the_demos_first_page_is_english_whatever_the_browser_asks_for(browser: Browser) -> None:
    browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"

    browser.open("/")

    assert '<html lang="en">' in browser.page.text
    assert "Skip to the content" in browser.page.text
