"""“Choose another time”: a participant moves their meeting themselves, among what is free for both."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from coachfollow.flow import plans
from coachfollow.models import CheckIn, Event, LeaveSpell, Message, Person, PlanChange
from coachfollow.rules.kinds import MessageKind, MessageState, StopReason
from tests.databases import questions
from tests.house import DAY
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.looking import SMALLEST, in_every_light, local
from tests.web.staff.people import signed_in
from tests.web.test_every_page import MOST_QUERIES
from tests.web.worlds import ANNA, ASKED, BEN, MIRA, ON_ONE, PAUL, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium

HOUR = timedelta(hours=1)


@pytest.fixture
def page(world: World, browser: Browser) -> str:
    """Anna's browser has opened the link of a mail; her meeting stands on Tuesday 17 March, 10:00, and was told."""
    world.place_meetings()
    world.invite_to_meetings()
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])
    return f"/my-plan/{world.plan(ANNA)}/meetings/{world.touchpoint(ANNA, 'meeting')}"


def stands(world: World, person: str = ANNA) -> datetime:
    with world.inside() as home:
        about = home.touchpoint(person, "meeting").id
        found = home.session.scalars(select(CheckIn.starts_at).where(CheckIn.touchpoint_id == about)).one()
    assert found is not None
    return found


def count(world: World, what: type[PlanChange] | type[Message]) -> int:
    with world.inside() as home:
        return home.session.scalar(select(func.count()).select_from(what)) or 0


def waiting(world: World, person: str) -> list[datetime]:
    """When the invitations of somebody that wait will leave."""
    with world.inside() as home:
        rows = select(Message.send_at).join(Person, Person.id == Message.person_id)
        mine = (Person.email == person) & (Message.kind == MessageKind.INVITATION)
        return list(home.session.scalars(rows.where(mine, Message.state == MessageState.QUEUED)))


def test_my_plan_leads_to_the_times_that_are_free_for_both(world: World, browser: Browser, page: str) -> None:
    assert page in browser.page.text
    assert "Choose another time" in browser.text

    browser.open(page)

    assert "My meeting with Ben Okoro is on Tuesday 17 March 2026, 10:00." in browser.text
    assert "Free for both of us Times are mine (UTC)." in browser.text
    assert 'value="2026-03-18T09:00Z"' in browser.page.text
    assert 'value="2026-03-17T10:00Z"' not in browser.page.text
    assert 'href="mailto:ben@example.org"' in browser.page.text
    assert stands(world) == datetime.fromisoformat("2026-03-17T10:00Z")


def test_a_time_that_is_chosen_moves_the_meeting_and_tells_both(
    world: World, browser: Browser, page: str
) -> None:
    browser.open(page)
    browser.send(at="2026-03-18T09:00Z")

    assert browser.path == f"/my-plan/{world.plan(ANNA)}"
    assert "Wednesday 18 March 2026, 09:00 A meeting with my coach: Ben Okoro" in browser.text
    assert "Why this day: I chose this time." in browser.text
    assert stands(world) == datetime.fromisoformat("2026-03-18T09:00Z")
    assert waiting(world, ANNA) == waiting(world, BEN) == [ASKED + timedelta(minutes=3)]
    with world.inside() as home:
        actors = select(Event.actor_id).where(Event.name == "check-in moved")
        assert home.session.scalars(actors).all() == [home.person(ANNA)]

    ben = signed_in(world, BEN)
    ben.open(f"/plans/{world.plan(ANNA)}")
    moved = "Moved: meeting with the coach, Wednesday 18 March 2026, 09:00, by Anna Berg"
    assert moved in ben.text
    assert "Why this day: the participant chose this time." in ben.text
    assert "You can still take this back" not in ben.text


def test_a_doubled_click_moves_once(world: World, browser: Browser, page: str) -> None:
    browser.open(page)
    shown = browser.page
    browser.send(at="2026-03-18T09:00Z")
    browser.page, browser.path = shown, page
    browser.send(at="2026-03-18T09:00Z")

    assert browser.path == f"/my-plan/{world.plan(ANNA)}"
    assert count(world, PlanChange) == 1
    assert len(waiting(world, ANNA)) == 1


def test_a_time_that_somebody_took_meanwhile_is_said_kindly_beside_what_is_free(
    world: World, browser: Browser, page: str
) -> None:
    browser.open(page)
    with world.inside() as home:
        home.arrange(PAUL, datetime.fromisoformat("2026-03-18T09:00Z"), by=BEN, now=ASKED)

    browser.send(at="2026-03-18T09:00Z")

    assert browser.page.status_code == 409
    assert "Somebody was quicker: that time is not free any more. Please choose another." in browser.text
    assert 'value="2026-03-18T09:00Z"' not in browser.page.text
    assert 'value="2026-03-18T16:30Z"' in browser.page.text
    assert stands(world) == datetime.fromisoformat("2026-03-17T10:00Z")


@ON_ONE
@pytest.mark.parametrize(
    ("at", "status"),
    [
        ("", 422),
        ("soon", 422),
        ("2026-03-18T09:00", 422),  # of which zone?
        ("2026-03-18T20:00Z", 409),  # outside the hours of both
        ("2026-03-22T10:00Z", 409),  # a Sunday
        ("2026-03-18T09:07Z", 409),
        ("2026-06-18T09:00Z", 409),  # long after its window
        ("2026-03-02T09:00Z", 409),
        ("0001-01-01T00:00+23:00", 422),
    ],
)
def test_only_what_is_offered_can_be_chosen(
    world: World, browser: Browser, page: str, at: str, status: int
) -> None:
    browser.open(page)
    browser.send(at=at)

    assert browser.page.status_code == status
    assert 'value="2026-03-18T09:00Z"' in browser.page.text
    assert count(world, PlanChange) == 0


@ON_ONE
def test_leave_of_either_side_is_not_offered(world: World, browser: Browser, page: str) -> None:
    with world.inside() as home:
        for email, day in ((ANNA, date(2026, 3, 18)), (BEN, date(2026, 3, 19))):
            spell = {"first_day": day, "last_day": day, "entered_at": ASKED}
            home.session.add(LeaveSpell(person_id=home.person(email), **spell))
        home.session.commit()

    browser.open(page)

    days = ("Wednesday 18", "Thursday 19", "Friday 20")
    assert [day in browser.text for day in days] == [False, False, True]


@ON_ONE
def test_times_are_those_of_the_participants_clock(world: World, browser: Browser, page: str) -> None:
    with world.inside() as home:
        home.session.execute(update(Person).where(Person.email == ANNA).values(zone="America/New_York"))
        home.session.commit()

    browser.open(page)
    browser.send(at="2026-03-18T14:00Z")

    assert "we meet on Wednesday 18 March 2026, 10:00." in browser.text


@pytest.mark.parametrize(
    ("before", "sentence", "link"),
    [
        (2 * HOUR, "Free for both of us", "Choose another time"),
        (timedelta(minutes=119), "begins within two hours, so it cannot be moved here", "If I cannot come"),
        (timedelta(), "has begun, or is over", ""),
        (-DAY, "has begun, or is over", ""),
    ],
)
def test_it_can_be_moved_until_two_hours_before_it_begins(
    world: World, browser: Browser, page: str, time: Clock, before: timedelta, sentence: str, link: str
) -> None:
    time.now = stands(world) - before
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])
    assert (page in browser.page.text) is bool(link)
    assert link in browser.text

    browser.open(page)
    assert browser.page.status_code == 200
    assert sentence in browser.text
    assert "write to Ben Okoro" in browser.text

    if before < 2 * HOUR:
        browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])
        browser.page = browser.client.get(f"/my-plan/{world.plan(ANNA)}/away")
        browser.send(page, at="2026-03-20T09:00Z")
        assert browser.page.status_code == 409
        assert sentence in browser.text
        assert count(world, PlanChange) == 0


@ON_ONE
def test_where_nothing_else_is_free_it_says_whom_to_write_to(
    world: World, browser: Browser, page: str
) -> None:
    with world.inside() as home:
        home.bookable(BEN, "sun 09:00-10:00")

    browser.open(page)

    assert "No other time is free for both of us near that day." in browser.text
    assert "I write to Ben Okoro" in browser.text


@ON_ONE
def test_a_meeting_without_a_time_or_of_a_stopped_plan_cannot_be_moved(
    world: World, browser: Browser, page: str
) -> None:
    with world.inside() as home:
        plan = home.plan(ANNA).id
        plans.pause(home.session, plan_id=plan, until=date(2026, 4, 1), now=ASKED, actor_id=home.person(ANNA))
    browser.open(page)
    assert "This meeting has no time yet." in browser.text

    with world.inside() as home:
        plans.stop(home.session, plan_id=home.plan(ANNA).id, reason=StopReason.ASKED, now=ASKED)
    browser.open(page)
    assert "This meeting is not to come any more." in browser.text


@ON_ONE
def test_only_the_own_meetings_of_a_plan_have_such_a_page(world: World, browser: Browser, page: str) -> None:
    mine = page.rpartition("/")[0]

    for other in (world.touchpoint(ANNA, "first-question"), world.touchpoint(MIRA, "meeting"), 0):
        browser.open(page)
        assert browser.send(f"{mine}/{other}", at="2026-03-18T09:00Z").status_code == 404
        assert browser.open(f"{mine}/{other}").status_code == 404
    assert count(world, PlanChange) == 0


@ON_ONE
def test_without_the_token_of_its_form_nothing_moves(world: World, browser: Browser, page: str) -> None:
    answer = browser.client.post(page, data={"at": "2026-03-18T09:00Z"})

    assert answer.status_code == 403
    assert count(world, PlanChange) == 0


@ON_ONE
def test_the_link_of_the_invitation_leads_there_and_changes_nothing(world: World, page: str) -> None:
    with world.inside() as home:
        home.session.execute(update(Message).values(state=MessageState.QUEUED, settled_at=None))
        home.session.commit()
    browser, mails = Browser.of(world.app), count(world, Message)

    browser.open(world.links(ANNA, MessageKind.INVITATION)["p"])

    assert browser.path == page
    assert "Free for both of us" in browser.text
    assert (count(world, PlanChange), count(world, Message)) == (0, mails)


@ON_ONE
def test_it_takes_a_dozen_queries_at_most(browser: Browser, page: str) -> None:
    with questions() as statements:
        browser.open(page)

    assert len(statements) <= MOST_QUERIES, statements


@pytest.mark.browser
def test_it_reads_well_on_a_small_phone_and_is_chosen_by_keyboard(
    world: World, page: str, site: str, chromium: "Chromium"
) -> None:
    link = local(world.links(ANNA, MessageKind.REFLECTION)["p"], site)
    with chromium.new_context(viewport=SMALLEST) as context:
        there = context.new_page()
        there.goto(link)
        assert in_every_light(there) == []
        there.goto(f"{site}{page}")
        assert in_every_light(there) == []
        first = there.get_by_role("radio").first
        first.focus()
        there.keyboard.press("Space")
        there.get_by_role("button", name="Move the meeting").focus()
        there.keyboard.press("Enter")
        there.get_by_text("Moved: we meet on").wait_for()
    assert count(world, PlanChange) == 1
