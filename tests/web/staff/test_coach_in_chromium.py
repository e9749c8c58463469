"""A coach's way through their pages in a real browser: hours, who needs them, a move with its preview, and back."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from coachfollow.flow import placing
from tests.house import DAY
from tests.web.clocks import Clock
from tests.web.looking import SMALLEST, problems
from tests.web.staff.people import signed_in
from tests.web.worlds import ASKED, BEN, ON_ONE, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, ON_ONE]


def test_a_coach_says_when_finds_who_needs_them_moves_a_question_and_takes_it_back(
    world: World, site: str, chromium: "Browser", time: Clock
) -> None:
    """By keyboard where it matters, on a small phone; axe looks at every page."""
    time.now = ASKED + DAY
    with world.inside() as home:
        home.bookable(BEN)
        placing.place_due(home.session, now=ASKED)
        home.pass_time(time.now)
    cookie = signed_in(world, BEN).client.get_cookie(world.app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    wrong: list[str] = []
    with chromium.new_context(base_url=site, viewport=SMALLEST) as context:
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
        page = context.new_page()

        page.goto("/hours")
        page.get_by_label("Monday, from", exact=True).fill("8")
        page.get_by_label("Monday, to", exact=True).fill("1130")
        page.get_by_label("Monday, to", exact=True).press("Enter")  # keeps, and copies nothing
        page.get_by_text("Your hours are kept.").wait_for()
        assert page.get_by_label("Monday, to", exact=True).input_value() == "11:30"
        assert page.get_by_label("Tuesday, to", exact=True).input_value() == "17:00"
        wrong += problems(page)

        page.goto("/coach")
        page.get_by_role("link", name="Anna Berg").first.click()
        page.locator("summary", has_text="more, until").press("Enter")
        page.get_by_role("link", name="Move the question of Tue 24 March").click()
        page.get_by_label("The new day").fill("2026-03-29")
        wrong += problems(page)
        page.get_by_role("button", name="See what changes").press("Enter")
        page.get_by_role("heading", name="Move the question to Monday 30 March 2026").wait_for()
        wrong += problems(page)
        page.get_by_role("button", name="Move it").dblclick()
        page.get_by_text("Moved: question, from Tue 24 March to Mon 30 March, by Ben Okoro").wait_for()
        wrong += problems(page)
        page.get_by_role("button", name="Undo").press("Enter")
        page.get_by_text("Taken back: everything is as it was before.").wait_for()
        page.locator("summary", has_text="more, until").press("Enter")
        expect(page.get_by_role("link", name="Move the question of Tue 24 March")).to_be_visible()
        page.get_by_role("link", name="Stop for good").click()
        page.get_by_label("Away for a long time").check()
        page.get_by_role("button", name="See what changes").click()
        page.get_by_role("heading", name="Stop this follow-up").wait_for()
        wrong += problems(page)
        page.get_by_role("link", name="Leave everything as it is").click()
        page.get_by_role("heading", name="Anna Berg").wait_for()

    assert wrong == []
