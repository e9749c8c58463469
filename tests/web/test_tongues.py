"""Whoever comes from a mail reads pages in the language of their mails; where nobody is known, the browser says."""

import gettext
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from coachfollow.models import Person
from coachfollow.rules.kinds import MessageKind
from coachfollow.web import hearing, tongues
from tests.house import DAY
from tests.web import untold, worlds
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, ASKED, CARD, GRETA, LENA, ON_ONE, PAUL, World

pytestmark = ON_ONE

NAMES_AND_TITLES = (
    *worlds.NAMES.values(),
    *("Service that listens", "spring", "Ruth Adeyemi", "Europe/Berlin"),
    *("a guest complains", "listen before I explain"),
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


def in_german(world: World, *people: str, locale: str = "de") -> None:
    """Let these people read German."""
    with world.inside() as home:
        for email in people:
            home.session.get_one(Person, home.person(email)).locale = locale
        home.session.commit()


def language(browser: Browser) -> str:
    """What the page says it is written in."""
    found = re.search(r'<html lang="(\w+)">', browser.page.text)
    assert found is not None
    return found[1]


def test_a_link_opens_its_page_in_the_language_of_whom_it_is_for(world: World, browser: Browser) -> None:
    in_german(world, ANNA)

    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])

    assert language(browser) == "de"
    assert "Wenn a guest complains, werde ich listen before I explain" in browser.text
    assert "Wer es sieht: du und dein Coach; ohne Namen gezählt in Gruppen ab fünf Personen." in browser.text
    assert "Ja, wie geplant" in browser.text
    assert "Offen bis Dienstag, 24. März 2026. Dein Coach: Ben Okoro." in browser.text


def test_what_an_author_wrote_keeps_its_own_language(world: World, browser: Browser) -> None:
    in_german(world, ANNA)

    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])

    assert '<h1 lang="en">Did you do it?</h1>' in browser.page.text


def test_a_language_without_words_is_answered_in_english(world: World, browser: Browser) -> None:
    in_german(world, ANNA, locale="fr")

    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])

    assert language(browser) == "en"
    assert "Open until Tuesday 24 March 2026" in browser.text


def test_months_are_called_as_they_are_where_somebody_lives(world: World, browser: Browser) -> None:
    in_german(world, ANNA, locale="de-AT")
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
    in_german(world, ANNA)

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
    in_german(world, PAUL)

    browser.open(world.links(PAUL, MessageKind.COMMITMENT)["a"])
    says_nothing_in_english(browser)
    browser.send(situation="7" * 2001)
    says_nothing_in_english(browser, status=422)
    browser.send(situation="a guest complains", action="listen")
    says_nothing_in_english(browser)


@pytest.mark.usefixtures("brackets")
def test_a_managers_card_says_nothing_in_english(world: World, browser: Browser, time: Clock) -> None:
    in_german(world, GRETA)
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
    in_german(world, ANNA)
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


def test_a_page_that_knows_nobody_speaks_as_the_browser_asks(browser: Browser) -> None:
    browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr, de-CH;q=0.8, en;q=0.5"

    browser.open("/a/" + "x" * 32)

    assert browser.page.status_code == 404
    assert language(browser) == "de"
    assert "Diesen Link kennen wir nicht." in browser.text


def test_an_old_link_is_answered_in_the_language_of_whom_it_was_for(
    world: World, browser: Browser, time: Clock
) -> None:
    in_german(world, ANNA)
    link = world.links(ANNA, MessageKind.REFLECTION)["a"]
    time.now = ASKED + 401 * DAY

    browser.open(link)
    assert browser.page.status_code == 410
    assert "Diese Frage ist geschlossen." in browser.text

    browser.send(browser.action)
    assert "Schau in dein Postfach" in browser.text


def test_pages_of_staff_stay_english(world: World) -> None:
    in_german(world, LENA)
    lena = signed_in(world, LENA)
    lena.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"

    for address in ("/sign-in", "/numbers", "/account", "/no-such-page"):
        lena.open(address)
        assert language(lena) == "en", address
