"""Whoever comes from a mail reads pages in the language of their mails; where nobody is known, the browser says."""

from datetime import UTC, datetime

from flask import Flask

from coachfollow.models import ProgrammeText
from coachfollow.rules.kinds import MessageKind
from coachfollow.web import policies, tongues
from coachfollow.web.policies import Door
from tests.house import DAY
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, ASKED, CARD, GRETA, LENA, ON_ONE, World

pytestmark = ON_ONE


def test_a_link_opens_its_page_in_the_language_of_whom_it_is_for(world: World, browser: Browser) -> None:
    world.reads_german(ANNA)

    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])

    assert browser.language == "de"
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
    assert browser.language == "de"


def test_a_language_without_words_is_answered_in_english(world: World, browser: Browser) -> None:
    world.reads_german(ANNA, locale="fr")

    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])

    assert browser.language == "en"
    assert "Open until Tuesday 24 March 2026" in browser.text


def test_months_are_called_as_they_are_where_somebody_lives(world: World, browser: Browser) -> None:
    world.reads_german(ANNA, locale="de-AT")
    with world.inside() as home:
        question = home.touchpoint(ANNA, "first-question")
        question.closes_at = datetime(2027, 1, 4, 22, tzinfo=UTC)
        home.session.commit()

    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])

    assert "Offen bis Montag, 4. Jänner 2027." in browser.text


def test_days_are_german_too_where_german_is_read_in_a_country_of_another_language(
    world: World, browser: Browser
) -> None:
    world.reads_german(ANNA, locale="de-PL")

    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])

    assert browser.language == "de"
    assert "Offen bis Dienstag, 24. März 2026." in browser.text


def test_languages_that_a_browser_makes_up_are_not_remembered_for_ever(browser: Browser) -> None:
    for number in range(tongues.MOST_LOCALES + 1):
        browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = f"de-x-{number}"
        browser.open("/no-such-page")
        assert browser.language == "de"

    assert tongues.of.cache_info().currsize <= tongues.MOST_LOCALES


def test_every_page_behind_a_link_speaks(app: Flask) -> None:
    behind_a_link = {
        rule.endpoint.partition(".")[0]
        for rule in app.url_map.iter_rules()
        if (policy := policies.of(app, rule.endpoint)) is not None and policy.door is Door.LINK
    }

    assert behind_a_link <= tongues.SPOKEN


def test_a_page_that_knows_nobody_speaks_as_the_browser_asks(browser: Browser) -> None:
    browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr, de-CH;q=0.8, en;q=0.5"

    browser.open("/a/" + "x" * 32)

    assert browser.page.status_code == 404
    assert browser.language == "de"
    assert "Diesen Link kennen wir nicht." in browser.text
    assert "Project-Id" not in browser.text  # the head of the catalogue


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
        assert lena.language == "en", address
