"""The way of an L&D team in a real browser: a pasted list, its preview, the group, the numbers, the names."""

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.looking import PHONE, problems
from tests.web.staff.people import group_of, signed_in
from tests.web.worlds import ANNA, LENA, ON_ONE, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, ON_ONE]


def test_a_pasted_list_becomes_names_behind_a_number(world: World, site: str, chromium: "Browser") -> None:
    cookie = signed_in(world, LENA).client.get_cookie(world.app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    with chromium.new_context(viewport=PHONE) as context:
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
        page = context.new_page()
        page.goto(f"{site}/groups/{group_of(world, ANNA)}")
        page.get_by_role("link", name="Bring in a list").first.click()
        page.get_by_label("Or paste names and addresses").fill("Uma New <uma@example.org>\nAnna Berg\n")
        page.get_by_role("button", name="Show me what it will change").click()

        expect(page.get_by_text("new person")).to_be_visible()
        expect(page.get_by_text("person we know")).to_be_visible()
        assert problems(page) == []
        page.get_by_role("button", name="Import 2 rows").click()

        expect(page.get_by_role("heading", name="Imported", exact=True)).to_be_visible()
        page.get_by_role("link", name="To the group").click()
        expect(page.get_by_role("link", name="Uma New")).to_be_visible()

        page.get_by_role("link", name="Numbers of this group").click()
        expect(page.get_by_text("Only group The spring group")).to_be_visible()
        page.locator("summary", has_text=re.compile("^Attended$")).click()
        expect(page.get_by_text(re.compile("People who attended by the rule"))).to_be_visible()
        assert problems(page) == []

        page.get_by_role("link", name="Never started").click()
        expect(page.get_by_role("heading", name="Never started")).to_be_visible()
        expect(page.get_by_role("link", name="Uma New")).to_be_visible()
        expect(page.get_by_role("link", name="Anna Berg")).to_have_count(0)
