"""What no page of staff ever shows: private words, and words that would become code."""

import io
import zipfile

import pytest
from sqlalchemy import select

from coachfollow.flow import answers
from coachfollow.models import Cohort, Person, ProgrammeText, StepText
from coachfollow.rules.asking import Answered
from coachfollow.rules.kinds import Applied, Barrier
from tests.house import DAY, House
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.staff.people import addresses, group_of, signed_in, upload
from tests.web.worlds import ANNA, ASKED, BEN, CARD, GRETA, LENA, OLGA, ON_ONE, World

EVERYBODY = (BEN, GRETA, LENA, OLGA)
CANARY = "canary-7f3a"
PAYLOAD = '"><script>alert(1)</script>{{7*7}}<img src=x onerror=alert(1)>'
FILES = ("/numbers.csv?by=coach", "/numbers.xlsx?by=coach", "/numbers/names?what=completed")


def everything(world: World, browser: Browser, *, only: str = "") -> str:
    """Whatever this visitor gets from any page or file, spreadsheets unpacked; or only of one type."""
    answers = [browser.client.get(address) for address in (*addresses(world, ANNA), *FILES)]
    return "\n".join(_text(answer.data) for answer in answers if only in answer.headers["Content-Type"])


def _text(data: bytes) -> str:
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            data = b"".join(book.read(name) for name in book.namelist())
    return data.decode("utf-8", "replace")


@pytest.mark.parametrize("reader", EVERYBODY)
def test_private_words_appear_on_no_page_and_in_no_file(world: World, time: Clock, reader: str) -> None:
    with world.inside() as home:
        home.reflect(ANNA, "first-question", now=ASKED, note=CANARY, barrier=Barrier.OTHER)
    time.now = ASKED + DAY / 24

    assert CANARY not in everything(world, signed_in(world, reader))


@ON_ONE
@pytest.mark.parametrize("reader", [GRETA, LENA, OLGA])
def test_what_is_for_the_coach_is_for_nobody_else(world: World, time: Clock, reader: str) -> None:
    with world.inside() as home:
        home.commit_to(ANNA, f"{CANARY} happens", f"{CANARY} follows", now=ASKED)
        home.reflect(ANNA, "first-question", now=ASKED, note=CANARY, share_note=True)
        home.report(ANNA, CANARY, by=BEN, now=ASKED)
        home.pass_time(CARD)
        answers.record(
            home.session,
            touchpoint_id=home.touchpoint(ANNA, "managers-card").id,
            person_id=home.person(GRETA),
            answered=Answered(done=True, outcome=CANARY),
            now=CARD,
        )
    time.now = CARD

    assert CANARY not in everything(world, signed_in(world, reader))


def dangerous(home: House) -> None:
    """Let every text somebody may write be one that would like to be code."""
    for address in (ANNA, BEN, GRETA, LENA):
        home.session.get_one(Person, home.person(address)).name = PAYLOAD
    home.session.get_one(Cohort, home.plan(ANNA).cohort_id).title = PAYLOAD
    home.session.commit()
    for text in home.session.scalars(select(StepText)):
        text.subject = text.body = text.question = PAYLOAD
    for about in home.session.scalars(select(ProgrammeText)):
        about.title = about.why = about.sponsor_words = PAYLOAD
    home.session.commit()
    home.commit_to(ANNA, PAYLOAD, PAYLOAD, now=ASKED)
    said = Answered(applied=Applied.PARTLY, note=PAYLOAD, share_note=True)
    home.answer(ANNA, "first-question", said, now=ASKED)
    home.report(ANNA, PAYLOAD, by=BEN, now=ASKED)


@ON_ONE
@pytest.mark.parametrize("reader", EVERYBODY)
def test_no_word_from_anybody_becomes_code(world: World, reader: str) -> None:
    with world.inside() as home:
        dangerous(home)
    browser = signed_in(world, reader)

    shown = everything(world, browser, only="text/html")

    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert "49&gt;" not in shown
    assert ("&lt;script&gt;alert" in shown) is (reader != OLGA)


@ON_ONE
def test_no_word_of_a_file_becomes_code(world: World) -> None:
    lena = signed_in(world, LENA)
    form = f"/groups/{group_of(world, ANNA)}/import"
    words = PAYLOAD.replace('"', "'")
    files = {
        f"{words}.csv": f"{words};E\n{words};{words}\n",
        "list.csv": f"Name;Email\n{words};tom@example.org\n{words};{words}\n",
    }

    for name, text in files.items():
        upload(lena, form, name, text.encode(), kind="attendance")
        assert "<script>alert" not in lena.page.text
        assert "<img src=x" not in lena.page.text
        assert "alert(1)" in lena.page.text
