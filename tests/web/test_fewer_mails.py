"""Pause, resume, stop: the page shows, the POST does, one click in the mail program too; no black mark."""

import re

import pytest

from coachfollow.flow import plans
from coachfollow.models import Person, ProgrammeText
from coachfollow.rules.kinds import MessageKind, PlanState, StopReason, TouchpointState
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.worlds import ANNA, ASKED, BEN, CARD, GRETA, ON_ONE, PAUL, World

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def state(world: World, person: str) -> tuple[PlanState, StopReason | None]:
    with world.inside() as home:
        return home.plan(person).state, home.plan(person).stop_reason


@ON_ONE
def test_the_link_in_the_mail_stops_nothing_by_itself(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["s"])

    assert browser.path == f"/mails/{world.plan(ANNA)}?pause=1"
    assert browser.text.index("Pause") < browser.text.index("Stop")
    assert state(world, ANNA) == (PlanState.ACTIVE, None)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("no_interest", StopReason.NO_INTEREST), ("", StopReason.ASKED), ("erased", StopReason.ASKED)],
)
def test_stopping_needs_no_reason(world: World, browser: Browser, given: str, kept: StopReason) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["s"])

    browser.send(f"/mails/{world.plan(ANNA)}/stop", reason=given)

    assert "Nobody holds it against you." in browser.text
    assert state(world, ANNA) == (PlanState.STOPPED, kept)


def test_a_pause_holds_the_follow_up_until_a_day(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["s"])

    browser.send(f"/mails/{world.plan(ANNA)}/pause", quick="2026-03-25")

    assert "Paused until Wednesday 25 March 2026" in browser.text
    assert state(world, ANNA)[0] is PlanState.PAUSED
    browser.send(f"/mails/{world.plan(ANNA)}/resume")
    assert "Welcome back." in browser.text
    assert state(world, ANNA)[0] is PlanState.ACTIVE


@pytest.mark.parametrize("until", ["", "tomorrow", "2026-03-11", "2026-03-01", "2027-03-01"])
@ON_ONE
def test_a_day_that_cannot_be_is_said_to_be_one(world: World, browser: Browser, until: str) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["s"])

    page = browser.send(f"/mails/{world.plan(ANNA)}/pause", until=until)

    assert page.status_code == 422
    assert 'id="problem-until"' in page.text
    assert state(world, ANNA)[0] is PlanState.ACTIVE


@ON_ONE
def test_whoever_sees_their_plan_comes_back_to_it(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])
    browser.open(f"/mails/{world.plan(ANNA)}")
    assert "Back to my plan" in browser.text

    browser.send(f"/mails/{world.plan(ANNA)}/pause", quick="2026-03-25")

    assert browser.path == f"/my-plan/{world.plan(ANNA)}"


def test_a_manager_stops_the_cards_and_nothing_of_the_participants(
    world: World, browser: Browser, time: Clock
) -> None:
    with world.inside() as home:
        home.pass_time(CARD)
    time.now = CARD
    browser.open(world.links(GRETA, MessageKind.SPONSOR, now=CARD)["s"])
    assert "Stop asking me about Anna Berg" in browser.text

    assert browser.client.post(f"/mails/{world.plan(ANNA)}/pause", data={}).status_code == 403
    assert browser.send(f"/mails/{world.plan(ANNA)}/pause", quick="2026-04-25").status_code == 404
    browser.open(f"/mails/{world.plan(ANNA)}")
    browser.send()

    assert state(world, ANNA)[0] is PlanState.ACTIVE
    with world.inside() as home:
        assert home.touchpoint(ANNA, "managers-card").state is TouchpointState.EXCUSED


@ON_ONE
def test_a_manager_reads_the_programme_in_their_own_language(
    world: World, browser: Browser, time: Clock
) -> None:
    with world.inside() as home:
        version_id = home.plan(ANNA).programme_version_id
        texts = {"title": "Zuhören", "why": "Darum.", "sponsor_words": "Bitte.", "examples": "[]"}
        home.session.add(ProgrammeText(version_id=version_id, locale="de", **texts))
        home.session.get_one(Person, home.person(ANNA)).locale = "de"
        home.session.commit()
        home.pass_time(CARD)
    time.now = CARD

    browser.open(world.links(GRETA, MessageKind.SPONSOR, now=CARD)["s"])

    assert "Service that listens · Anna Berg" in browser.text
    assert "Zuhören" not in browser.text


def test_one_click_in_the_mail_program_stops_the_mails(world: World, browser: Browser) -> None:
    link = world.links(ANNA, MessageKind.REFLECTION)["u"]

    page = browser.client.post(link, data=ONE_CLICK, headers={"Origin": "https://mail.example.com"})

    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert state(world, ANNA) == (PlanState.STOPPED, StopReason.ASKED)
    assert browser.client.post(link, data=ONE_CLICK).status_code == 200, "a second time is no trouble"


def test_one_click_of_a_manager_leaves_the_participant_alone(
    world: World, browser: Browser, time: Clock
) -> None:
    with world.inside() as home:
        home.pass_time(CARD)
    time.now = CARD

    page = browser.client.post(world.links(GRETA, MessageKind.SPONSOR, now=CARD)["u"], data=ONE_CLICK)

    assert page.status_code == 200
    assert state(world, ANNA)[0] is PlanState.ACTIVE
    with world.inside() as home:
        assert home.touchpoint(ANNA, "managers-card").state is TouchpointState.EXCUSED


@ON_ONE
def test_an_old_mail_can_still_be_stopped(world: World, browser: Browser, time: Clock) -> None:
    links = world.links(ANNA, MessageKind.REFLECTION)
    time.ahead(days=500)

    assert browser.open(links["s"]).status_code == 410
    assert browser.client.post(links["u"], data=ONE_CLICK).status_code == 200
    assert state(world, ANNA)[0] is PlanState.STOPPED


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "Maybe"}], ids=["empty", "another word"])
@ON_ONE
def test_anything_but_one_click_changes_nothing(world: World, browser: Browser, body: dict[str, str]) -> None:
    link = world.links(ANNA, MessageKind.REFLECTION)["u"]

    assert browser.client.post(link, data=body).status_code == 422
    assert state(world, ANNA)[0] is PlanState.ACTIVE


@ON_ONE
def test_opening_the_one_click_link_asks_first(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["u"])
    assert "Stop these mails?" in browser.text
    assert state(world, ANNA)[0] is PlanState.ACTIVE

    browser.send()

    assert "you get no more of these mails" in browser.text
    assert state(world, ANNA)[0] is PlanState.STOPPED


@ON_ONE
def test_the_link_that_stops_does_not_open_the_plan(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["s"])

    assert browser.open(f"/my-plan/{world.plan(ANNA)}").status_code == 404
    assert browser.open(f"/mails/{world.plan(PAUL)}").status_code == 404


def test_whoever_stopped_starts_again_on_the_same_page(world: World, browser: Browser, time: Clock) -> None:
    links = world.links(ANNA, MessageKind.REFLECTION)
    browser.open(links["s"])
    browser.send(f"/mails/{world.plan(ANNA)}/stop")
    assert "Start again" in browser.text
    time.ahead(days=2)
    browser = Browser.of(world.app)
    browser.open(links["s"])  # the same link, later
    assert "What came due meanwhile is not asked" in browser.text

    browser.send(f"/mails/{world.plan(ANNA)}/restart")

    assert "Good to have you back." in browser.text
    assert state(world, ANNA) == (PlanState.ACTIVE, None)


@ON_ONE
def test_my_plan_says_that_it_can_be_started_again_and_by_whom(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])
    browser.send(f"/mails/{world.plan(ANNA)}/stop")
    assert "If you change your mind, start again" in browser.text

    browser.send(f"/mails/{world.plan(ANNA)}/restart")
    assert "Good to have you back." in browser.text
    with world.inside() as home:
        plan_id, coach_id = home.plan(ANNA).id, home.person(BEN)
        plans.stop(home.session, plan_id=plan_id, reason=StopReason.LEAVE, now=ASKED, actor_id=coach_id)

    browser.open(f"/my-plan/{world.plan(ANNA)}")
    assert "If you change your mind, tell Ben Okoro." in browser.text
    assert "Start again" not in browser.text


@ON_ONE
def test_who_has_left_is_not_offered_to_start_again(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["s"])

    browser.send(f"/mails/{world.plan(ANNA)}/stop", reason="left")

    assert "Start again" not in browser.text


@ON_ONE
def test_the_page_after_one_click_leads_to_where_it_is_taken_back(
    world: World, browser: Browser, time: Clock
) -> None:
    link = world.links(ANNA, MessageKind.REFLECTION)["u"]
    browser.open(link)
    browser.send()
    there = re.search(r'href="(/s/[^"]+)"', browser.page.text)
    assert there is not None

    browser.open(there[1])
    assert state(world, ANNA)[0] is PlanState.STOPPED, "opening it starts nothing"
    browser.send(f"/mails/{world.plan(ANNA)}/restart")

    assert state(world, ANNA) == (PlanState.ACTIVE, None)
    time.ahead(days=500)
    assert "/s/" not in browser.client.post(link, data=ONE_CLICK).text, "an old link opens nothing"
