"""Ways through pages in a real browser on a small phone: out of a mail, the manager's, the operator's; axe looks."""

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from coachfollow.flow import programmes
from coachfollow.rules.kinds import MessageKind
from tests.web.clocks import Clock
from tests.web.looking import SMALLEST, in_every_light, local
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, CARD, GRETA, LENA, OLGA, ON_ONE, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

pytestmark = [pytest.mark.browser, ON_ONE]

UNKNOWN = "x" * 32


def test_every_page_a_mail_leads_to_reads_well_without_script(
    world: World, site: str, chromium: "Browser"
) -> None:
    links = world.links(ANNA, MessageKind.REFLECTION)
    plan = f"/my-plan/{world.plan(ANNA)}"
    doors = [local(links[door], site) for door in ("a", "p", "s")]
    wrong = {}
    with chromium.new_context(base_url=site, viewport=SMALLEST) as context:
        context.route("**/*.js*", lambda route: route.abort())
        page = context.new_page()
        for address in (*doors, f"{plan}/change", f"{plan}/rhythm", "/sign-in", "/nowhere", *_old_doors()):
            page.goto(address)
            if bad := in_every_light(page):
                wrong[page.url] = bad
        page.goto(f"/mails/{world.plan(ANNA)}?pause=1")
        page.get_by_role("button", name="One week").press("Enter")
        page.get_by_text("Paused until").first.wait_for()
        page.goto(f"/mails/{world.plan(ANNA)}")
        if bad := in_every_light(page):
            wrong["paused"] = bad
        page.get_by_role("button", name="Stop these mails").press("Enter")
        page.get_by_text("This follow-up is stopped.").first.wait_for()
        if bad := in_every_light(page):
            wrong["stopped"] = bad

    assert wrong == {}


def test_reminders_go_into_a_calendar_by_the_keyboard_alone_and_without_script(
    world: World, site: str, chromium: "Browser"
) -> None:
    wrong = {}
    with chromium.new_context(base_url=site, viewport=SMALLEST) as context:
        context.route("**/*.js*", lambda route: route.abort())
        page = context.new_page()
        page.goto(local(world.links(ANNA, MessageKind.REFLECTION)["p"], site))
        page.get_by_role("link", name="My rhythm").press("Enter")
        page.get_by_role("radio", name="In my calendar, and not by mail").press("Space")
        wrong["chosen"] = in_every_light(page)
        page.get_by_role("button", name="See what changes").press("Enter")
        page.get_by_text("stand in my calendar from now on").wait_for()
        wrong["shown"] = in_every_light(page)
        page.get_by_role("button", name="This suits me").press("Enter")
        page.get_by_role("heading", name="My calendar").wait_for()
        wrong["address"] = in_every_light(page)
        old = page.locator("code").inner_text()
        page.get_by_role("button", name="Make another address").press("Enter")
        page.get_by_text("This is the new address.").wait_for()
        assert page.locator("code").inner_text() != old
        page.get_by_role("link", name="Back to my plan").press("Enter")
        page.get_by_text("Reminders of my plan have come in my calendar since").wait_for()
        wrong["my plan"] = in_every_light(page)

    assert {name: found for name, found in wrong.items() if found} == {}


def test_a_manager_says_what_was_done_from_the_mail_and_sees_the_team(
    world: World, site: str, chromium: "Browser", time: Clock
) -> None:
    with world.inside() as home:
        home.pass_time(CARD)
    time.now = CARD
    card = local(world.links(GRETA, MessageKind.SPONSOR, now=CARD)["a"], site)
    with chromium.new_context(base_url=site, viewport=SMALLEST) as context:
        page = context.new_page()
        page.goto(card)
        wrong = in_every_light(page)
        page.get_by_role("radio").first.press("Space")
        page.get_by_role("textbox").first.fill("She asked the guest first, and I said so.")
        page.get_by_role("button", name="Send my answer").press("Enter")
        page.get_by_role("heading", name="Thank you").wait_for()
        wrong += in_every_light(page)
        _sign_in(context, world, GRETA, site)
        page.goto("/home")
        page.get_by_role("link", name="Anna Berg").press("Enter")
        page.get_by_role("heading", name="Anna Berg").wait_for()

        assert wrong == []
        assert "She asked the guest first" not in page.content()


def test_an_operator_finds_a_mail_and_its_history_from_the_page_of_health(
    world: World, site: str, chromium: "Browser"
) -> None:
    with chromium.new_context(base_url=site, viewport=SMALLEST) as context:
        _sign_in(context, world, OLGA, site)
        page = context.new_page()
        page.goto("/home")
        wrong = in_every_light(page)
        page.get_by_role("link", name="waiting for their time").press("Enter")
        page.locator("main td a, main th a, main li a").first.press("Enter")
        page.wait_for_url("**/outbox/mail/*")
        wrong += in_every_light(page)

        assert wrong == []
        assert "anna@" not in page.content()


def test_the_days_under_the_mails_of_a_simulated_launch_do_not_lie_on_each_other(
    world: World, site: str, chromium: "Browser", time: Clock
) -> None:
    with world.inside() as home:
        programmes.load_shipped(home.session, organisation_id=home.organisation_id, now=time.now)
    with chromium.new_context(base_url=site, viewport=SMALLEST) as context:
        _sign_in(context, world, LENA, site)
        page = context.new_page()
        page.goto(
            "/programmes/eight-week-coaching/simulate?session-1=2026-03-03&participants=5&coaches=4&whole=no"
        )
        boxes = page.locator("#mails svg text.axis:not([text-anchor=end])")
        spans = [(box["x"], box["x"] + box["width"]) for one in boxes.all() if (box := one.bounding_box())]

    assert len(spans) > 2
    assert all(end < start for (_, end), (start, _) in pairwise(spans)), spans


def _old_doors() -> list[str]:
    return [f"/{door}/{UNKNOWN}" for door in ("a", "p", "s", "sign-in")]


def _sign_in(context: "BrowserContext", world: World, person: str, site: str) -> None:
    cookie = signed_in(world, person).client.get_cookie(world.app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
