"""In a real browser: nothing overflows a small phone or violates axe's rules, and all works without script."""

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from werkzeug.serving import make_server

from coachfollow.rules.words import MessageKind
from tests.ports import free_port
from tests.web.worlds import ANNA, ON_ONE, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

pytestmark = [pytest.mark.browser, ON_ONE]

SMALLEST: "ViewportSize" = {"width": 320, "height": 640}


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The app, served to a browser."""
    server = make_server("127.0.0.1", free_port(), app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def local(link: str, site: str) -> str:
    return link.replace("http://localhost:5000", site)


def problems(page: "Page") -> list[str]:
    """What is wrong with the page that is open."""
    found = [f"{one['id']}: {one['nodes'][0]['html']}" for one in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, f"{wide} pixels too wide"] if wide > 0 else found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_a_participant_reads_well_for_everybody(
    world: World, site: str, chromium: "Browser", scheme: Literal["light", "dark"]
) -> None:
    links = {door: local(link, site) for door, link in world.links(ANNA, MessageKind.REFLECTION).items()}
    plan = f"{site}/my-plan/{world.plan(ANNA)}"
    question = f"{site}/answer/{world.touchpoint(ANNA, 'first-question')}"
    addresses = [
        *(f"{site}{path}" for path in ("/", "/sign-in", "/sign-in-sent", "/question-mailed", "/nowhere")),
        *links.values(),
        f"{plan}/change",
        f"{plan}/change?example=1",
        question,
    ]
    wrong = {}
    with chromium.new_context(viewport=SMALLEST, color_scheme=scheme) as context:
        page = context.new_page()
        for address in addresses:
            page.goto(address)
            if found := problems(page):
                wrong[address] = found

    assert wrong == {}


def test_what_is_in_the_way_is_told_to_a_screen_reader(world: World, site: str, page: "Page") -> None:
    page.goto(local(world.links(ANNA, MessageKind.REFLECTION)["a"].partition("?")[0], site))
    page.get_by_role("button", name="Send my answer").click()

    assert page.get_by_role("alert").is_visible()
    group = page.get_by_role("group", name="Did you do what you planned?")
    assert group.get_attribute("aria-invalid") == "true"
    assert "problem-applied" in (group.get_attribute("aria-describedby") or "")
    assert problems(page) == []


def test_a_question_is_answered_by_keyboard_alone_without_script(
    world: World, site: str, chromium: "Browser"
) -> None:
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(local(world.links(ANNA, MessageKind.REFLECTION)["a"], site))
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "Skip to the content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")  # to the tapped answer
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        page.keyboard.type("3")
        page.keyboard.press("Enter")
        page.wait_for_url("**/thanks")

        assert page.get_by_role("heading", name="Thank you.").is_visible()
