"""A defect of ours is a page with a number, and nobody can bring one about by what they send."""

import re

import pytest

from coachfollow.flow import signin
from tests.web.browsers import Browser
from tests.web.staff.people import signed_in
from tests.web.worlds import LENA, ON_ONE, World


@ON_ONE
def test_a_defect_says_its_number_and_nothing_of_what_happened(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_facts: object, **_more: object) -> None:
        raise RuntimeError(f"canary in {world.app.config['SQLALCHEMY_DATABASE_URI']}")

    monkeypatch.setattr(signin, "ask", break_down)
    browser.open("/sign-in")

    page = browser.send(email=LENA)

    assert page.status_code == 500
    assert page.headers["Cache-Control"] == "no-store"
    assert "Something went wrong on our side, and nothing was changed." in browser.text
    assert not re.search(r"canary|sqlite|Traceback|RuntimeError|\.py", page.text)
    (number,) = re.findall(r"error ([0-9a-f]{8})\.", browser.text)
    assert f"Error {number}" in caplog.text
    assert "RuntimeError: canary" in caplog.text


def test_a_nul_that_no_keyboard_types_is_refused_and_asks_no_database(world: World, browser: Browser) -> None:
    browser.open("/sign-in")
    lena = signed_in(world, LENA)

    assert browser.send(email="a\0@example.org").status_code == 400
    assert "Something in that request could not be understood." in browser.text
    for address in (
        "/sign-in/%00",
        "/plans/%00",
        "/groups/a%00",
        "/programmes/%00",
        "/groups?q=%00",
        "/groups?%00=a",
    ):
        assert lena.client.get(address).status_code == 400, address


def test_a_number_that_no_database_can_hold_is_the_address_of_nothing(world: World) -> None:
    lena = signed_in(world, LENA)
    rules = [rule.rule for rule in world.app.url_map.iter_rules() if "<int:" in rule.rule]
    addresses = [re.sub(r"<int:\w+>", "9" * digits, rule) for rule in rules for digits in (10, 18, 25)]

    assert addresses
    for address in addresses:
        assert lena.client.get(re.sub(r"<[^>]+>", "x", address)).status_code in {404, 405}, address
