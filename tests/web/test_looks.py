"""In a real browser: nothing overflows a small phone or violates axe's rules, and all works without script."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from coachfollow.models import ProgrammeVersion
from coachfollow.rules.kinds import MessageKind
from tests.web.looking import PHONE, SMALLEST, in_every_light, local, problems
from tests.web.worlds import ANNA, ASKED, ON_ONE, PAUL, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

pytestmark = [pytest.mark.browser, ON_ONE]


def test_every_page_of_a_participant_reads_well_for_everybody(
    world: World, site: str, chromium: "Browser"
) -> None:
    links = {door: local(link, site) for door, link in world.links(ANNA, MessageKind.REFLECTION).items()}
    first = local(world.links(PAUL, MessageKind.COMMITMENT)["a"], site)
    plan = f"{site}/my-plan/{world.plan(ANNA)}"
    question = f"{site}/answer/{world.touchpoint(ANNA, 'first-question')}"
    addresses = [
        *(f"{site}{path}" for path in ("/", "/sign-in", "/sign-in-sent", "/question-mailed", "/nowhere")),
        *links.values(),
        first,
        f"{plan}/change",
        f"{plan}/change?example=1",
        question,
    ]
    with chromium.new_context(viewport=SMALLEST) as context:
        page = context.new_page()
        wrong = {}
        for address in addresses:
            page.goto(address)
            wrong[address] = in_every_light(page)
        page.get_by_label("Partly").check()
        page.get_by_role("button", name="Send my answer").click()
        page.wait_for_url("**/thanks")
        wrong["thanks"] = in_every_light(page)

    assert {address: found for address, found in wrong.items() if found} == {}


def test_a_question_is_one_screen_of_a_phone(world: World, site: str, chromium: "Browser") -> None:
    with world.inside() as home:
        home.commit_to(
            ANNA,
            "a guest complains a second time about the same thing",
            "call them the same day and ask what would make it right for them",
            now=ASKED,
        )
        version = home.session.get_one(ProgrammeVersion, home.plan(ANNA).programme_version_id)
        version.no_opportunity_days = 7  # the form says one thing more
        home.session.commit()
    with chromium.new_context(viewport=PHONE) as context:
        page = context.new_page()
        page.goto(local(world.links(ANNA, MessageKind.REFLECTION)["a"], site))

        for shown in (
            page.get_by_text("When a guest complains a second time"),
            page.get_by_role("heading", name="Did you do it?"),
            page.get_by_text("Who sees it: you and your coach").first,
            page.get_by_label("Not yet"),
            page.get_by_role("button", name="Send my answer"),
        ):
            box = shown.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= PHONE["height"], shown


def test_what_is_in_the_way_is_told_to_a_screen_reader(world: World, site: str, page: "Page") -> None:
    page.goto(local(world.links(ANNA, MessageKind.REFLECTION)["a"].partition("?")[0], site))
    page.get_by_role("button", name="Send my answer").click()

    expect(page.get_by_role("alert")).to_be_visible()
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

        expect(page.get_by_role("heading", name="Thank you.")).to_be_visible()


def test_script_keeps_a_form_from_being_sent_twice_and_words_from_being_lost(
    world: World, site: str, page: "Page"
) -> None:
    page.goto(local(world.links(PAUL, MessageKind.COMMITMENT)["a"], site))
    asked: list[str] = []

    def go_on(dialog: "Dialog") -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", go_on)
    page.get_by_label("When …").press_sequentially("a guest waits")
    page.reload()
    assert asked == ["beforeunload"], "words that were not sent"

    page.get_by_label("When …").fill("a guest waits")
    page.get_by_label("I will …").fill("look up and greet them")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.get_by_role("button", name="Keep my plan").dblclick()
    page.wait_for_url("**/thanks")
    assert sent.count("POST") == 1
    assert asked == ["beforeunload"], "words that were sent are not lost"
