"""The way of a programme in a real browser: copied, changed, looked at, published, taken by a group."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from coachfollow.flow import signin
from coachfollow.models import Person
from tests.web.looking import SMALLEST, in_every_light
from tests.web.worlds import ASKED, LENA, ON_ONE, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, ON_ONE]


def sign_in(world: World, page: "Page", site: str) -> None:
    with world.inside() as home:
        lena = home.session.get_one(Person, home.person(LENA))
        link = signin.link_for(home.session, person=lena, now=ASKED)
        home.session.commit()
    page.goto(link.replace("http://localhost:5000", site))
    page.get_by_role("button", name="Sign in").click()


def test_a_programme_is_copied_changed_looked_at_published_and_taken_by_a_group(
    world: World, site: str, page: "Page"
) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    sign_in(world, page, site)
    page.goto(f"{site}/programmes/service/copy")
    page.get_by_label("What is your copy called?").fill("Service, our way")
    page.get_by_role("button", name="Copy it").click()
    page.get_by_role("link", name="How is it going?").click()
    mail = page.frame_locator("iframe:not([hidden])").locator("body")
    expect(mail).to_contain_text("To Maya Lindqvist")
    expect(mail).to_contain_text("When a colleague asks me for help, I will put my screen away")

    page.get_by_label("Subject", exact=True).fill(
        "How did it go with your guests?"
    )  # shown while it is typed
    expect(mail).to_contain_text("How did it go with your guests?")
    expect(page.get_by_label("Subject", exact=True)).to_be_focused()
    page.get_by_label("The person who gets it").select_option("has no plan yet")
    page.get_by_role("button", name="Show what is typed now").click()
    expect(mail).to_contain_text("Write my plan")
    page.get_by_label("How many", exact=True).fill("10")
    page.get_by_label("Of which days").select_option("working days")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("status")).to_contain_text("Kept.")
    page.get_by_role("link", name="Back to the time line").click()
    expect(page.get_by_text("10 working days after the training, 09:00")).to_be_visible()

    page.get_by_role("link", name="Look over and publish").click()
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_role("status")).to_contain_text("Version 1 is published.")
    page.goto(f"{site}/groups/new")
    page.get_by_label("What people call it").fill("Summer group")
    page.get_by_label("Programme").select_option(label="Service, our way")
    page.get_by_label("Day", exact=True).first.fill("2026-06-02")
    page.get_by_role("button", name="Open the group").click()

    expect(page.get_by_role("heading", name="Summer group")).to_be_visible()
    expect(page.get_by_text("Service, our way, version 1")).to_be_visible()
    assert complaints == []


def test_a_draft_with_mistakes_is_written_without_script_and_reads_well_on_a_small_phone(
    world: World, site: str, chromium: "Browser"
) -> None:
    with chromium.new_context(viewport=SMALLEST, java_script_enabled=False) as context:
        page = context.new_page()
        sign_in(world, page, site)
        page.goto(f"{site}/programmes/service")
        page.get_by_role("button", name="Edit").click()
        page.get_by_role("link", name="How is it going?").click()
        page.get_by_label("Text", exact=True).fill("Hello {{password}}")
        page.get_by_role("button", name="Show what is typed now").click()
        expect(page.frame_locator("iframe").locator("body")).to_contain_text("cannot be shown yet")
        page.get_by_role("button", name="Keep it").click()
        expect(page.get_by_label("Text", exact=True)).to_have_value("Hello {{password}}")
        assert page.get_by_label("Text", exact=True).get_attribute("aria-invalid") == "true"
        state = context.storage_state()
    with chromium.new_context(viewport=SMALLEST, storage_state=state) as context:
        page = context.new_page()
        found = {}
        for address in ("", "/steps/first-question", "/publish"):
            page.goto(f"{site}/programmes/service/draft{address}")
            found[address] = in_every_light(page)

    assert found == {"": [], "/steps/first-question": [], "/publish": []}
