"""What an answer changed is told, with its reason, to whoever gave it and to their coach; to nobody else."""

import pytest

from coachfollow.models import FollowUpPlan, ProgrammeVersion
from coachfollow.rules.kinds import MessageKind
from tests.databases import questions
from tests.web.browsers import Browser
from tests.web.staff.people import signed_in
from tests.web.test_every_page import MOST_QUERIES
from tests.web.worlds import ANNA, BEN, GRETA, LENA, ON_ONE, World

pytestmark = ON_ONE

NO_OPPORTUNITY = (
    "Because there was no opportunity yet, the next question comes on Tue 31 March instead of Tue 24 March"
)
BARRIER = "Because something got in the way, a time to meet is looked for from Fri 13 March on"
WHO_KNOWS = (
    "Only you and your coach read why; your manager, the L&D team and whoever runs this service see the"
)
NAMES = "/numbers/names.csv?what=not_yet_due"


@pytest.fixture
def adapting(world: World) -> World:
    """Anna is asked how it goes, in a programme that adapts to what she says."""
    with world.inside() as home:
        plan = home.session.get_one(FollowUpPlan, home.plan(ANNA).id)
        version = home.session.get_one(ProgrammeVersion, plan.programme_version_id)
        version.no_opportunity_days, version.barrier_days = 20, 3
        home.session.commit()
    return world


def answer(world: World, browser: Browser, **said: str) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])
    browser.send(**said)


def test_the_form_says_what_may_change_and_who_knows_why(adapting: World, browser: Browser) -> None:
    browser.open(adapting.links(ANNA, MessageKind.REFLECTION)["a"])
    assert WHO_KNOWS in browser.text


def test_the_page_of_the_programme_says_what_it_adapts_to(adapting: World) -> None:
    lena = signed_in(adapting, LENA)
    lena.open("/programmes/service")
    assert "What it adapts to Whoever had no opportunity yet is asked again 20 days later" in lena.text


def test_a_form_that_changes_nothing_says_nothing_of_it(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])
    assert "Send my answer" in browser.text
    assert WHO_KNOWS not in browser.text


def test_whoever_answered_reads_what_changed_and_why(adapting: World, browser: Browser) -> None:
    answer(adapting, browser, applied="no_opportunity", barrier="tools")

    assert f"{NO_OPPORTUNITY}. Only you and your coach are told why." in browser.text
    assert BARRIER in browser.text
    browser.open(adapting.links(ANNA, MessageKind.REFLECTION)["p"])
    with questions() as said:
        browser.open(browser.path)
    assert len(said) <= MOST_QUERIES
    assert "Why this day: because there was no opportunity yet, instead of Tue 24 March." in browser.text


def test_whoever_reads_german_is_told_in_german(adapting: World, browser: Browser) -> None:
    adapting.reads_german(ANNA)

    answer(adapting, browser, applied="no_opportunity", barrier="tools")

    assert (
        "Weil es noch keine Gelegenheit gab, kommt die nächste Frage am Di., 31. März statt am Di., 24. März."
        " Den Grund erfahren nur du und dein Coach."
    ) in browser.text
    assert "Weil etwas im Weg stand, wird ab Fr., 13. März eine Zeit für ein Gespräch gesucht" in browser.text
    browser.open(adapting.links(ANNA, MessageKind.REFLECTION)["p"])
    assert "Warum dieser Tag: weil es noch keine Gelegenheit gab, statt am Di., 24. März." in browser.text


def test_the_coach_reads_it_and_undoes_one_after_the_other(adapting: World, browser: Browser) -> None:
    answer(adapting, browser, applied="no_opportunity", barrier="tools")
    ben = signed_in(adapting, BEN)
    page = f"/plans/{adapting.plan(ANNA)}"
    with questions() as said:
        ben.open(page)
    assert len(said) <= MOST_QUERIES
    assert (NO_OPPORTUNITY in ben.text, BARRIER in ben.text) == (True, True)

    ben.send(f"{page}/undo", change="2")
    assert "Taken back: everything is as it was before." in ben.text
    assert "Tuesday 24 March 2026, 09:00 Question Why this day: 21 days after the training." in ben.text
    ben.send(f"{page}/undo", change="1")

    assert "Taken back: what an answer had changed, by Ben Okoro" in ben.text
    browser.open(adapting.links(ANNA, MessageKind.REFLECTION)["p"])
    assert "because" not in browser.text


@pytest.mark.parametrize("reader", [LENA, GRETA])
def test_an_answer_that_moves_a_day_reads_like_a_coach_who_does(
    adapting: World, browser: Browser, reader: str
) -> None:
    answer(adapting, browser, applied="no_opportunity")
    page = f"/plans/{adapting.plan(ANNA)}"
    somebody, ben = signed_in(adapting, reader), signed_in(adapting, BEN)

    def read() -> list[str]:
        found = []
        for address in (page, f"{page}?show=everything", NAMES):
            somebody.open(address)
            assert somebody.page.status_code == 200, address
            found.append(somebody.page.text.partition("<main")[2] or somebody.page.text)
        return found

    adapted = read()
    assert "31 March" in adapted[0]
    ben.open(page)
    ben.send(f"{page}/undo", change="1")
    assert read() != adapted
    question = str(adapting.touchpoint(ANNA, "second-question"))
    ben.open(f"{page}/change/move", follow_up=question, day="2026-03-31", at="09:00")
    ben.send()

    assert read() == adapted
