"""A defect of ours is a page with a number and nothing else; what happened stands in the log, under that number."""

import re

import pytest

from coachfollow.flow import signin
from tests.web.browsers import Browser
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
