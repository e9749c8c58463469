"""Whoever comes from a mail reads pages in the language of their mails; where nobody is known, the browser says."""

import gettext
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from coachfollow.flow import digests, placing
from coachfollow.models import ProgrammeText
from coachfollow.rules.kinds import MessageKind
from coachfollow.web import hearing, policies, tongues
from coachfollow.web.policies import Door
from tests.house import AFTER, DAY
from tests.web import untold, worlds
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, ASKED, BEN, CARD, GRETA, LENA, ON_ONE, PAUL, World

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


def language(browser: Browser) -> str:
    """What the page says it is written in."""
    found = re.search(r'<html lang="(\w+)">', browser.page.text)
    assert found is not None
    return found[1]


def test_a_link_opens_its_page_in_the_language_of_whom_it_is_for(world: World, browser: Browser) -> None:
    world.reads_german(ANNA)

    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])

    assert language(browser) == "de"
    assert "Wenn a guest complains, werde ich listen before I explain" in browser.text
    assert "Wer es sieht: du und dein Coach; ohne Namen gezählt in Gruppen ab fünf Personen." in browser.text
    assert "Ja, wie geplant" in browser.text
    assert "Offen bis Dienstag, 24. März 2026. Dein Coach: Ben Okoro." in browser.text


def test_what_an_author_wrote_keeps_its_own_language(world: World, browser: Browser) -> None:
    world.reads_german(ANNA)

    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])

    assert '<h1 lang="en">Did you do it?</h1>' in browser.page.text
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])
    assert '<p class="eyebrow" lang="en">Service that listens</p>' in browser.page.text


def test_a_manager_reads_the_title_of_a_programme_in_their_own_language(
    world: World, browser: Browser, time: Clock
) -> None:
    with world.inside() as home:
        home.pass_time(CARD)
        version = home.plan(ANNA).programme_version_id
        words = {"title": "Service, der zuhört", "why": "", "sponsor_words": "", "examples": "[]"}
        home.session.add(ProgrammeText(version_id=version, locale="de", **words))
        home.session.commit()
    world.reads_german(GRETA)
    time.now = CARD

    browser.open(world.links(GRETA, MessageKind.SPONSOR, now=CARD)["s"])

    assert '<span lang="de">Service, der zuhört</span> · Anna Berg' in browser.page.text
    assert language(browser) == "de"


def test_a_language_without_words_is_answered_in_english(world: World, browser: Browser) -> None:
    world.reads_german(ANNA, locale="fr")

    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])

    assert language(browser) == "en"
    assert "Open until Tuesday 24 March 2026" in browser.text


def test_months_are_called_as_they_are_where_somebody_lives(world: World, browser: Browser) -> None:
    world.reads_german(ANNA, locale="de-AT")
    with world.inside() as home:
        question = home.touchpoint(ANNA, "first-question")
        question.closes_at = datetime(2027, 1, 4, 22, tzinfo=UTC)
        home.session.commit()

    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])

    assert "Offen bis Montag, 4. Jänner 2027." in browser.text


def says_nothing_in_english(browser: Browser, *, status: int = 200) -> None:
    """Whether every word of the page is of a catalogue, somebody's own, or marked to be in another language."""
    assert browser.page.status_code == status
    assert language(browser) == "de", browser.path
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


@pytest.fixture
def own_page(world: World, browser: Browser) -> str:
    """Anna reads German, has a time to meet Ben, and has opened the page of her plan."""
    world.reads_german(ANNA, BEN)
    with world.inside() as home:
        home.bookable(BEN)
        placing.place_due(home.session, now=ASKED - 3 * DAY)
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])
    return f"/my-plan/{world.plan(ANNA)}"


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


def test_every_page_behind_a_link_speaks(app: Flask) -> None:
    behind_a_link = {
        rule.endpoint.partition(".")[0]
        for rule in app.url_map.iter_rules()
        if (policy := policies.of(app, rule.endpoint)) is not None and policy.door is Door.LINK
    }

    assert behind_a_link <= tongues.SPOKEN


def test_a_german_reader_goes_the_whole_way_in_german(world: World, browser: Browser, own_page: str) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])
    browser.send(applied="partly", times="3", barrier="no_time", note="nur morgens")
    assert "Danke! Deine Antwort ist gespeichert" in browser.text
    assert "Dienstag, 17. März 2026, 10:00 Uhr Ein Gespräch mit meinem Coach" in browser.text
    assert "Bis Dienstag, 24. März 2026 kannst du das noch ändern: noch einmal antworten." in browser.text

    browser.open(own_page)
    assert "Geschrieben am Mittwoch, 4. März 2026" in browser.text
    assert "Warum dieser Tag: 21 Tage nach dem Training." in browser.text
    assert "Mein Coach und ich; ohne Namen gezählt in Gruppen ab fünf Personen" in browser.text

    chosen = {"rhythm": "lighter", "weekday": "4", "time": "14:30"}
    browser.open(f"{own_page}/rhythm")
    browser.send(f"{own_page}/rhythm", **chosen)
    assert (
        "Eine Frage vom Dienstag, 24. März 2026 kommt am Freitag, 27. März 2026, 14:30 Uhr." in browser.text
    )
    mark = browser.page.text.split('name="confirm" value="')[1].split('"')[0]
    browser.send(f"{own_page}/rhythm", **chosen, confirm=mark)
    assert "Das habe ich gewählt: weniger Erinnerungen, immer am Freitag, um 14:30 Uhr." in browser.text
    assert "am nächsten Freitag, wie gewählt, um 14:30 statt um 09:00 Uhr" not in browser.text

    days = {"first": "2026-03-23", "last": "2026-03-31"}
    browser.open(f"{own_page}/away")
    browser.send(f"{own_page}/away", **days)
    assert "Eine Frage vom Fr., 27. März kommt am Mi., 1. April." in browser.text
    browser.send(f"{own_page}/away", **days, confirm="yes")
    assert "Notiert: Ich bin weg bis Dienstag, 31. März 2026." in browser.text
    assert "verschoben vom Fr., 27. März auf Mi., 1. April: abwesend bis 31. März" in browser.text

    browser.open(f"{own_page}/meetings/{world.touchpoint(ANNA, 'meeting')}")
    assert "Mein Gespräch mit Ben Okoro ist am Dienstag, 17. März 2026, 10:00 Uhr." in browser.text
    browser.send(at=browser.page.text.split('name="at" value="')[1].split('"')[0])
    assert "Verschoben: Wir treffen uns am" in browser.text
    assert "Warum dieser Tag: diese Zeit habe ich gewählt." in browser.text

    mails = f"/mails/{world.plan(ANNA)}"
    browser.open(mails)
    browser.send(f"{mails}/pause", quick="2026-04-25")
    assert "Ausgesetzt bis Samstag, 25. April 2026." in browser.text
    browser.send(f"{mails}/resume")
    assert "Willkommen zurück. Deine Begleitung geht weiter." in browser.text
    browser.open(mails)
    browser.send(f"{mails}/stop", reason="leave")
    assert "Erledigt: Du bekommst diese Mails nicht mehr." in browser.text
    browser.send(f"{mails}/restart")
    assert "Schön, dass du wieder dabei bist." in browser.text


def test_a_page_that_knows_nobody_speaks_as_the_browser_asks(browser: Browser) -> None:
    browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr, de-CH;q=0.8, en;q=0.5"

    browser.open("/a/" + "x" * 32)

    assert browser.page.status_code == 404
    assert language(browser) == "de"
    assert "Diesen Link kennen wir nicht." in browser.text


def test_an_old_link_is_answered_in_the_language_of_whom_it_was_for(
    world: World, browser: Browser, time: Clock
) -> None:
    world.reads_german(ANNA)
    link = world.links(ANNA, MessageKind.REFLECTION)["a"]
    time.now = ASKED + 401 * DAY

    browser.open(link)
    assert browser.page.status_code == 410
    assert "Diese Frage ist geschlossen." in browser.text

    browser.send(browser.action)
    assert "Schau in dein Postfach" in browser.text


def test_pages_of_staff_stay_english(world: World) -> None:
    world.reads_german(LENA)
    lena = signed_in(world, LENA)
    lena.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"

    for address in ("/sign-in", "/numbers", "/account", "/no-such-page"):
        lena.open(address)
        assert language(lena) == "en", address
