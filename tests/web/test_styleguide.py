"""The style guide shows every component there is, with the call that makes it, in every light and on paper."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from coachfollow.config import Settings
from coachfollow.web import styleguide
from tests.conftest import TREE
from tests.web.browsers import Browser
from tests.web.looking import SMALLEST, in_every_light
from tests.web.worlds import ON_ONE, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page

PAGES = TREE / "templates" / "web"
COMPONENTS = {"ui": "_components.html", "charts": "_charts.html", "forms": "_forms.html"}
# parts of other macros, which nobody calls by themselves
INNER = {"charts.opening", "charts.scale", "forms.around", "forms.described", "forms.csrf"}


@pytest.fixture
def settings(make_settings: Callable[..., Settings], database_url: str) -> Settings:
    """Settings of a demo: nobody else has the page."""
    return make_settings(database_url=database_url, demo="yes")


def macros(name: str, file: Path) -> set[str]:
    return {f"{name}.{macro}" for macro in re.findall(r"{%-? macro (\w+)\(", file.read_text())}


def test_every_component_is_shown() -> None:
    written = (PAGES / styleguide.TEMPLATE).read_text()
    shown = set(re.findall(r"\b(?:ui|charts|forms)\.\w+(?=\()", written))
    there = set().union(*(macros(name, PAGES / file) for name, file in COMPONENTS.items()))

    assert there - INNER - shown == set()


@ON_ONE
def test_each_sample_stands_beside_the_call_that_makes_it(world: World, browser: Browser) -> None:
    page = browser.open("/styleguide")

    assert page.status_code == 200
    with world.inside():
        calls = styleguide.calls()
    assert len(calls) == page.text.count('class="sample"')
    for name, call in calls.items():
        assert call.count("{% call") == call.count("{% endcall"), name
        assert call in unescape(page.text), name


@pytest.mark.browser
@ON_ONE
def test_every_component_reads_well_for_everybody(site: str, chromium: "Chromium") -> None:
    with chromium.new_context(viewport=SMALLEST) as context:
        page = context.new_page()
        page.goto(f"{site}/styleguide")

        assert in_every_light(page) == []


@pytest.mark.browser
@ON_ONE
def test_on_paper_there_is_nothing_to_press_and_what_was_folded_is_open(site: str, page: "Page") -> None:
    page.goto(f"{site}/styleguide")
    folded = page.get_by_text("It opens without script.").first
    button = page.get_by_role("link", name="The one main thing")
    assert button.is_visible()

    page.emulate_media(media="print")

    assert not button.is_visible()
    assert not page.get_by_role("navigation", name="On this page").is_visible()
    assert page.get_by_role("img", name="Follow-ups due in March").is_visible()
    assert folded.bounding_box(), "a closed disclosure takes no room on a screen"


@pytest.mark.browser
@ON_ONE
def test_something_to_take_along_is_copied_where_script_runs(site: str, chromium: "Chromium") -> None:
    with chromium.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto(f"{site}/styleguide")
        page.get_by_role("button", name="Copy the command").click()

        page.get_by_role("button", name="Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == "coachfollow doctor"
