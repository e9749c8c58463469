"""A person's reminders in their calendar: chosen on a page, subscribed to by an address, ended by another one."""

import pytest
from icalendar import Calendar
from sqlalchemy import update

from coachfollow.flow import plans, signin
from coachfollow.models import CalendarFeed, ProgrammeVersion
from coachfollow.rules.kinds import MessageKind, StopReason, TouchpointState
from tests.house import DAY
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.staff.people import signed_in
from tests.web.test_scanners import everything
from tests.web.worlds import ANNA, BEN, ON_ONE, World

CHOSEN = {"rhythm": "normal", "weekday": "", "time": "", "channel": "calendar"}


@pytest.fixture
def page(world: World, browser: Browser) -> str:
    """Anna's page; a reminder is still to come."""
    with world.inside() as home:
        reminder = home.touchpoint(ANNA, "prompt")
        reminder.state, reminder.due_at = TouchpointState.PLANNED, reminder.due_at + 14 * DAY
        reminder.closes_at += 14 * DAY
        reminder.local_date += 14 * DAY
        home.session.commit()
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])
    return f"/my-plan/{world.plan(ANNA)}"


@pytest.fixture
def address(browser: Browser, page: str) -> str:
    """Anna has chosen her calendar, and reads where it finds her reminders."""
    browser.open(f"{page}/rhythm")
    browser.send(f"{page}/rhythm", **CHOSEN)
    mark = browser.page.text.split('name="confirm" value="')[1].split('"')[0]
    browser.send(f"{page}/rhythm", **CHOSEN, confirm=mark)
    return browser.page.text.split("<code>")[1].split("</code>")[0]


@ON_ONE
def test_what_it_means_is_said_before_it_is_chosen(browser: Browser, page: str) -> None:
    browser.open(f"{page}/rhythm")
    assert "whoever may open my whole calendar can read them" in browser.text
    assert "Questions still come by mail, and meetings as invitations." in browser.text

    browser.send(f"{page}/rhythm", **CHOSEN)
    assert "Reminders of my plan stand in my calendar from now on, and are not mailed." in browser.text
    assert "No day moves." in browser.text


def test_a_calendar_subscribes_and_mail_can_be_chosen_again(
    world: World, browser: Browser, page: str, address: str, time: Clock
) -> None:
    assert "Subscribe to it once" in browser.text
    assert f'href="webcal://{address.partition("://")[2]}"' in browser.page.text
    calendar = browser.client.get(address, follow_redirects=False)
    assert (calendar.status_code, calendar.content_type) == (200, "text/calendar; charset=utf-8")
    (reminder, *_) = Calendar.from_ical(calendar.data).events
    assert "When a guest complains, I will listen before I explain" in str(reminder["DESCRIPTION"])

    browser.open(page)
    assert "In my calendar, not by mail." in browser.text
    assert "Reminders of my plan have come in my calendar since" in browser.text
    time.ahead(days=15)
    with world.inside() as home:
        home.pass_time(time.now)
    assert world.mails(ANNA, MessageKind.PROMPT) == 1, "the one from before the choice"
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])  # a browser remembers a link for half a day
    assert "A reminder of my plan “Your plan again”: in my calendar." in browser.text

    browser.open(f"{page}/rhythm")
    browser.send(f"{page}/rhythm", **CHOSEN | {"channel": "mail"})
    assert "Reminders of my plan come by mail again." in browser.text
    mark = browser.page.text.split('name="confirm" value="')[1].split('"')[0]
    browser.send(f"{page}/rhythm", **CHOSEN | {"channel": "mail"}, confirm=mark)
    assert Calendar.from_ical(browser.client.get(address).data).events == []


@ON_ONE
def test_a_calendar_that_has_it_already_is_told_so_and_a_proxy_keeps_nothing(
    browser: Browser, address: str
) -> None:
    first = browser.client.get(address)
    again = browser.client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Cache-Control"] == again.headers["Cache-Control"] == "private, max-age=900"
    assert first.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in first.headers


def test_asking_changes_nothing_whoever_asks_and_however_often(
    world: World, browser: Browser, address: str
) -> None:
    before = everything(world)

    for method in ("GET", "HEAD", "OPTIONS"):
        for _ in range(3):
            assert browser.client.open(address, method=method).status_code == 200
    assert everything(world) == before


@ON_ONE
def test_another_address_ends_the_one_before_and_an_unknown_one_says_nothing(
    browser: Browser, page: str, address: str
) -> None:
    browser.send(f"{page}/calendar")
    assert "This is the new address." in browser.text
    new = browser.page.text.split("<code>")[1].split("</code>")[0]

    assert browser.client.get(new).status_code == 200
    for unknown in (address, address.replace(".ics", "x.ics"), address.upper(), "/calendar/nothing.ics"):
        refused = browser.client.get(unknown)
        assert refused.status_code == 404
        assert refused.headers["Cache-Control"] == "no-store"


@ON_ONE
def test_the_token_of_a_calendar_opens_nothing_else_and_no_link_of_a_mail_opens_a_calendar(
    world: World, browser: Browser, address: str
) -> None:
    token = address.rpartition("/")[2].removesuffix(".ics")
    for door in ("a", "p", "s", "u", "sign-in"):
        assert browser.client.get(f"/{door}/{token}").status_code == 404
    for link in world.links(ANNA, MessageKind.REFLECTION).values():
        assert browser.client.get(f"/calendar/{link.partition('?')[0][-32:]}.ics").status_code == 404


@ON_ONE
def test_whoever_has_mails_has_no_calendar_page(browser: Browser, page: str) -> None:
    assert browser.open(f"{page}/calendar").status_code == 409
    assert "come by mail" in browser.text


@ON_ONE
def test_whoever_ended_all_their_links_reads_that_mails_come_until_there_is_another_address(
    world: World, browser: Browser, page: str, address: str, time: Clock
) -> None:
    with world.inside() as home:
        signin.leave_everywhere(home.session, person_id=home.person(ANNA), now=time.now)
    assert browser.client.get(address).status_code == 404

    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])
    assert "In my calendar, not by mail." not in browser.text
    assert "Its address has ended, so they come by mail until there is another." in browser.text
    browser.open(f"{page}/calendar")
    assert "This address finds nothing any more." in browser.text
    assert "and are not mailed" not in browser.text
    browser.send(f"{page}/calendar")
    assert "Subscribe to it once" in browser.text


@ON_ONE
def test_of_a_follow_up_that_has_ended_the_page_offers_no_choice_that_there_is_not(
    world: World, browser: Browser, page: str, address: str, time: Clock
) -> None:
    with world.inside() as home:
        plans.stop(home.session, plan_id=home.plan(ANNA).id, reason=StopReason.ASKED, now=time.now)

    browser.open(f"{page}/calendar")

    assert "No more reminders of my plan come" in browser.text
    assert "and are not mailed" not in browser.text
    assert "By mail again" not in browser.text
    assert "Back to my plan" in browser.text
    assert Calendar.from_ical(browser.client.get(address).data).events == []


@ON_ONE
@pytest.mark.parametrize("allows", ["[]", '["weekday"]'])
def test_mail_can_be_chosen_again_though_the_programme_offers_the_calendar_no_more(
    world: World, browser: Browser, page: str, address: str, allows: str
) -> None:
    with world.inside() as home:
        home.session.execute(update(ProgrammeVersion).values(allows=allows))
        home.session.commit()

    browser.open(page)
    assert "My rhythm" in browser.text
    browser.open(f"{page}/rhythm")
    assert "By mail" in browser.text
    assert "In my calendar, and not by mail" not in browser.text
    browser.send(f"{page}/rhythm", weekday="", channel="mail")
    assert "Reminders of my plan come by mail again." in browser.text
    mark = browser.page.text.split('name="confirm" value="')[1].split('"')[0]
    browser.send(f"{page}/rhythm", weekday="", channel="mail", confirm=mark)
    assert Calendar.from_ical(browser.client.get(address).data).events == []


@ON_ONE
@pytest.mark.parametrize("said", [{}, {"confirm": "x"}, {"time": "noon"}])
def test_a_form_from_before_everything_was_withdrawn_is_told_that_there_is_no_choice(
    world: World, browser: Browser, page: str, said: dict[str, str]
) -> None:
    browser.open(f"{page}/rhythm")
    with world.inside() as home:
        home.session.execute(update(ProgrammeVersion).values(allows="[]"))
        home.session.commit()

    assert browser.send(f"{page}/rhythm", **{"rhythm": "normal"} | said).status_code == 404
    assert "one rhythm for everybody" in browser.text


@ON_ONE
def test_an_address_of_an_older_secret_goes_on_and_another_can_be_made(
    world: World, browser: Browser, page: str, address: str
) -> None:
    with world.inside() as home:
        home.session.execute(update(CalendarFeed).values(public_id="0" * 32))
        home.session.commit()

    browser.open(f"{page}/calendar")
    assert "This address cannot be shown any more." in browser.text
    assert browser.client.get(address).status_code == 200
    browser.send(f"{page}/calendar")
    assert "Subscribe to it once" in browser.text


@ON_ONE
def test_the_coach_reads_how_reminders_come_and_what_became_of_one(
    world: World, address: str, time: Clock
) -> None:
    assert address
    ben = signed_in(world, BEN)
    ben.open(f"/plans/{world.plan(ANNA)}")
    assert "In their calendar since Wednesday 11 March 2026, as they chose: no mail." in ben.text

    time.ahead(days=15)
    with world.inside() as home:
        home.pass_time(time.now)
    ben = signed_in(world, BEN)
    ben.open(f"/plans/{world.plan(ANNA)}")
    assert "Shown in their calendar, as they chose, not mailed: reminder of the plan" in ben.text
