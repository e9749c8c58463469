"""What a newcomer does with the demo in a browser, and what must be so on every page they come by."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from coachfollow.flow.demo_guests import Guest

SMALLEST: ViewportSize = {"width": 320, "height": 640}
PATIENCE = 30_000  # milliseconds
MAINS: Mapping[Guest, str | re.Pattern[str]] = {
    Guest.COACH: "My people",
    Guest.LND: "Numbers",
    Guest.OPERATOR: re.compile("All is well|needs you"),
}


@contextmanager
def browser(chromium: Browser, url: str) -> Iterator[Page]:
    """Open a small phone; it may have nothing to complain about."""
    complaints: list[str] = []
    with chromium.new_context(base_url=url, viewport=SMALLEST) as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        yield page
    assert complaints == []


def let_a_week_pass_as_the_employee(page: Page) -> None:
    """Be the employee with one press, move time, and come back to the plan with what happened."""
    page.goto("/")
    look_at(page)
    page.get_by_role("button", name=f"Be {Guest.EMPLOYEE.person.name}").click()
    expect(page.get_by_role("heading", name="My plan")).to_be_visible()
    before = page.url
    page.get_by_role("button", name="Move time: A week").dblclick()
    expect(page.get_by_role("status").first).to_contain_text("went by", timeout=PATIENCE)
    assert page.url == before
    look_at(page)


def press_a_link_in_the_mailbox(page: Page) -> None:
    """Open the newest question in the mailbox and tap an answer in the mail: its page opens in the whole window."""
    page.goto(f"/demo/mailbox?to={Guest.EMPLOYEE.person.email}")
    look_at(page)
    page.locator("main .list a").first.click()
    expect(page.locator("iframe.mail")).to_be_visible()
    look_at(page)
    page.frame_locator("iframe.mail").get_by_role("link", name="Partly").first.click()
    page.wait_for_url(re.compile(r"/(answer|my-plan|question)"))
    expect(page.get_by_label("Move the demo’s time ahead")).to_be_visible()


def look_around_as_everybody(page: Page) -> None:
    """Be each of the others once; the operator follows a mail to its end."""
    for guest, heading in MAINS.items():
        page.goto("/")
        page.get_by_role("button", name=f"Be {guest.person.name}").click()
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    look_at(page)
    page.get_by_role("link", name="refused").click()
    look_at(page)
    page.locator("tbody a").first.click()
    expect(page.get_by_text("nobody of that name lives here")).to_be_visible()
    look_at(page)


def look_at(page: Page) -> None:
    """A page fits a small phone and violates none of axe's rules."""
    wrong = [f"{one['id']}: {one['nodes'][0]['html']}" for one in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert (page.url, wrong, max(0, wide)) == (page.url, [], 0)
