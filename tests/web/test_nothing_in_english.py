"""Pages that are reached from a mail say nothing in English to whoever reads German, wherever they lead."""

import gettext
from collections.abc import Iterator

import pytest

from coachfollow.flow import digests, placing
from coachfollow.rules.kinds import MessageKind
from coachfollow.web import hearing, tongues
from tests.house import AFTER, DAY
from tests.web import untold, worlds
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.worlds import ANNA, BEN, CARD, GRETA, ON_ONE, PAUL, World

pytestmark = ON_ONE

NAMES_AND_TITLES = (
    *worlds.NAMES.values(),
    *("Service that listens", "The spring group", "Ruth Adeyemi", "Europe/Berlin"),
    *("a guest complains", "listen before I explain"),
    *("Outlook:", "Google:", "Apple:", "webcal:", "UTC"),
    *("Did you do it?", "What came of it?", "Your plan"),
)


@pytest.fixture
def brackets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """German of which every word that a catalogue has stands in brackets."""
    said = untold.Brackets()
    english = gettext.NullTranslations()
    monkeypatch.setattr(tongues, "_words", lambda language: said if language == "de" else english)
    hearing._said.cache_clear()
    yield
    hearing._said.cache_clear()


def says_nothing_in_english(browser: Browser, *, status: int = 200) -> None:
    """Whether every word of the page is of a catalogue, somebody's own, or marked to be in another language."""
    assert browser.page.status_code == status
    assert browser.language == "de", browser.path
    assert untold.words(browser.page.text, of=NAMES_AND_TITLES) == [], browser.path


@pytest.mark.usefixtures("brackets")
def test_a_question_and_what_is_thanked_for_say_nothing_in_english(world: World, browser: Browser) -> None:
    world.reads_german(ANNA)

    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])
    says_nothing_in_english(browser)
    browser.send(applied="", rating="11", barrier="other")
    says_nothing_in_english(browser, status=422)
    browser.send(applied="partly", rating="5")
    says_nothing_in_english(browser)
    browser.open(f"/answer/{world.touchpoint(ANNA, 'first-question')}")
    says_nothing_in_english(browser)


@pytest.mark.usefixtures("brackets")
def test_the_question_for_a_plan_says_nothing_in_english(world: World, browser: Browser) -> None:
    world.reads_german(PAUL)

    browser.open(world.links(PAUL, MessageKind.COMMITMENT)["a"])
    says_nothing_in_english(browser)
    browser.send(situation="7" * 2001)
    says_nothing_in_english(browser, status=422)
    browser.send(situation="a guest complains", action="listen")
    says_nothing_in_english(browser)


@pytest.mark.usefixtures("brackets")
def test_a_managers_card_says_nothing_in_english(world: World, browser: Browser, time: Clock) -> None:
    world.reads_german(GRETA)
    with world.inside() as home:
        home.pass_time(CARD)
    time.now = CARD

    browser.open(world.links(GRETA, MessageKind.SPONSOR)["a"])
    says_nothing_in_english(browser)
    browser.send(done="yes", outcome="a guest complains")
    says_nothing_in_english(browser)


@pytest.mark.usefixtures("brackets")
def test_a_closed_question_and_a_form_of_another_day_say_nothing_in_english(
    world: World, browser: Browser, another_browser: Browser, time: Clock
) -> None:
    world.reads_german(ANNA)
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])
    page = browser.path

    browser.send(csrf_token="of another day")
    says_nothing_in_english(browser, status=403)
    time.ahead(days=30)
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])
    says_nothing_in_english(browser, status=410)
    browser.send()
    says_nothing_in_english(browser)
    another_browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    another_browser.open(page)
    says_nothing_in_english(another_browser, status=404)


@pytest.mark.usefixtures("brackets")
def test_my_plan_and_what_is_done_there_say_nothing_in_english(browser: Browser, own_page: str) -> None:
    says_nothing_in_english(browser)
    browser.open(f"{own_page}/change")
    says_nothing_in_english(browser)
    browser.send(situation="", action="")
    says_nothing_in_english(browser, status=422)
    browser.send(situation="7", action="8")
    says_nothing_in_english(browser)
    browser.send(f"{own_page}/question")
    says_nothing_in_english(browser)


@pytest.mark.usefixtures("brackets")
def test_being_away_says_nothing_in_english(browser: Browser, own_page: str) -> None:
    browser.open(f"{own_page}/away")
    says_nothing_in_english(browser)
    for first, last in (("", ""), ("2026-03-25", "2026-03-24"), ("2026-03-01", "2026-03-02")):
        browser.send(f"{own_page}/away", first=first, last=last)
        says_nothing_in_english(browser, status=422)
    browser.send(f"{own_page}/away", first="2026-03-25", last="2026-03-25", from_noon="yes", until_noon="yes")
    says_nothing_in_english(browser, status=422)
    browser.send(f"{own_page}/away", first="2026-03-23", last="2028-04-10")
    says_nothing_in_english(browser, status=422)

    days = {"first": "2026-03-12", "last": "2026-04-10", "from_noon": "yes", "until_noon": "yes"}
    browser.send(f"{own_page}/away", **days)
    says_nothing_in_english(browser)
    browser.send(f"{own_page}/away", **days, confirm="yes")
    says_nothing_in_english(browser)
    browser.open(f"{own_page}/away")
    says_nothing_in_english(browser)
    browser.send(f"{own_page}/away/back", **days)
    says_nothing_in_english(browser)
    browser.send(f"{own_page}/away/back", **days)
    says_nothing_in_english(browser, status=404)


@pytest.mark.usefixtures("brackets")
def test_another_rhythm_and_a_calendar_say_nothing_in_english(browser: Browser, own_page: str) -> None:
    rhythm = f"{own_page}/rhythm"
    browser.open(rhythm)
    says_nothing_in_english(browser)
    for odd in (
        {"weekday": "6"},
        {"time": "noon"},
        {"time": "23:30"},
        {},
        {"rhythm": "closer", "confirm": "?"},
    ):
        browser.send(rhythm, **{"rhythm": "normal", "weekday": "", "time": "", "channel": "mail"} | odd)
        assert browser.page.status_code in {409, 422}
        says_nothing_in_english(browser, status=browser.page.status_code)
    for pace, channel in (("lighter", "mail"), ("closer", "calendar"), ("normal", "mail")):
        chosen = {"rhythm": pace, "weekday": "4", "time": "14:30", "channel": channel}
        browser.send(rhythm, **chosen)
        says_nothing_in_english(browser)
        mark = browser.page.text.split('name="confirm" value="')[1].split('"')[0]
        browser.send(rhythm, **chosen, confirm=mark)
        says_nothing_in_english(browser)
        browser.open(own_page)
        says_nothing_in_english(browser)
        if channel == "calendar":
            browser.send(f"{own_page}/calendar")
            says_nothing_in_english(browser)


@pytest.mark.usefixtures("brackets")
def test_another_time_to_meet_says_nothing_in_english(
    world: World, browser: Browser, own_page: str, time: Clock
) -> None:
    page = f"{own_page}/meetings/{world.touchpoint(ANNA, 'meeting')}"
    browser.open(page)
    says_nothing_in_english(browser)
    browser.send(page, at="")
    says_nothing_in_english(browser, status=422)
    browser.send(page, at="2026-03-15T09:00Z")
    says_nothing_in_english(browser, status=409)
    browser.send(page, at=browser.page.text.split('name="at" value="')[1].split('"')[0])
    says_nothing_in_english(browser)
    time.now = CARD
    browser.open(world.links(ANNA, MessageKind.REFLECTION, now=CARD)["p"])
    says_nothing_in_english(browser)
    browser.open(page)
    says_nothing_in_english(browser)


@pytest.mark.usefixtures("brackets")
def test_a_break_and_a_stop_say_nothing_in_english(world: World, browser: Browser, own_page: str) -> None:
    mails = f"/mails/{world.plan(ANNA)}"
    browser.open(mails, pause="1")
    says_nothing_in_english(browser)
    browser.send(f"{mails}/pause", until="")
    says_nothing_in_english(browser, status=422)
    browser.send(f"{mails}/pause", until="2026-03-01")
    says_nothing_in_english(browser, status=422)
    browser.send(f"{mails}/pause", quick="2026-03-25")
    says_nothing_in_english(browser)
    browser.open(mails)
    says_nothing_in_english(browser)
    browser.send(f"{mails}/resume")
    says_nothing_in_english(browser)
    browser.open(mails)
    browser.send(f"{mails}/resume")
    says_nothing_in_english(browser, status=409)
    browser.open(mails)
    browser.send(f"{mails}/stop", reason="leave")
    says_nothing_in_english(browser)
    browser.open(mails)
    browser.send(f"{mails}/pause", quick="2026-03-25")
    says_nothing_in_english(browser, status=409)
    browser.open(mails)
    says_nothing_in_english(browser)
    browser.send(f"{mails}/restart")
    says_nothing_in_english(browser)
    browser.open(mails)
    browser.send(f"{mails}/restart")
    says_nothing_in_english(browser, status=409)
    browser.open(own_page)
    says_nothing_in_english(browser)


@pytest.mark.usefixtures("brackets")
def test_one_click_of_a_mail_program_says_nothing_in_english(
    world: World, browser: Browser, time: Clock
) -> None:
    world.reads_german(ANNA, GRETA, BEN)
    with world.inside() as home:
        home.bookable(BEN)
        placing.place_due(home.session, now=AFTER + DAY)
        digests.send_due(home.session, now=AFTER + 13 * DAY)
        home.pass_time(CARD)
    time.now = CARD
    for recipient, kind in (
        (BEN, MessageKind.COACH_DIGEST),
        (ANNA, MessageKind.REFLECTION),
        (GRETA, MessageKind.SPONSOR),
    ):
        browser.open(world.links(recipient, kind, now=CARD)["u"])
        says_nothing_in_english(browser)
        browser.send()
        says_nothing_in_english(browser)
    browser.open(world.links(GRETA, MessageKind.SPONSOR, now=CARD)["s"])
    says_nothing_in_english(browser)


@pytest.mark.usefixtures("brackets")
def test_old_links_and_the_first_page_say_nothing_in_english(
    world: World, browser: Browser, another_browser: Browser, time: Clock
) -> None:
    world.reads_german(ANNA)
    links = world.links(ANNA, MessageKind.REFLECTION)
    time.ahead(days=401)
    for door in "ps":
        browser.open(links[door])
        says_nothing_in_english(browser, status=410)
    another_browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de-DE,de;q=0.9,en;q=0.8"
    another_browser.open("/")
    says_nothing_in_english(another_browser)
    another_browser.open("/no-such-page")
    says_nothing_in_english(another_browser, status=404)
