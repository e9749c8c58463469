"""A list on its way in: its preview, decisions about its rows, carrying it out, and what it changed."""

import csv
import io
from collections.abc import Callable

import pytest
from redis import Redis
from sqlalchemy import func, select

from coachfollow import bell
from coachfollow.config import Settings
from coachfollow.flow import attendance
from coachfollow.models import Event, ImportBatch, ImportRow, Person
from coachfollow.rules.kinds import ImportState, PlanState
from coachfollow.web.staff import batches
from tests.web.browsers import Browser
from tests.web.staff.lists import LIST, bring, enrolled, kept_files
from tests.web.staff.people import group_of, signed_in, upload
from tests.web.worlds import ANNA, ASKED, LENA, MIRA, ON_ONE, World


@pytest.fixture
def lena(world: World) -> Browser:
    """The browser of the L&D team."""
    return signed_in(world, LENA)


@pytest.fixture
def form(world: World) -> str:
    """Where lists of Anna's group are brought in."""
    return f"/groups/{group_of(world, ANNA)}/import"


def test_a_list_is_previewed_before_anything_changes(
    world: World, lena: Browser, form: str, settings: Settings
) -> None:
    before = enrolled(world)

    bring(lena, form, LIST)

    assert "1 person we know" in lena.text
    assert "1 new person" in lena.text
    assert "Line 2 Anna Berg anna@example.org is Anna Berg · present" in lena.text
    assert "Line 3 Tom New tom@example.org new · present" in lena.text
    assert enrolled(world) == before
    assert kept_files(settings) == []


def test_a_confirmed_list_is_carried_out_and_a_second_click_changes_nothing(
    world: World, lena: Browser, form: str
) -> None:
    preview = bring(lena, form, LIST)
    clicked = lena.page

    lena.send(f"{preview}/confirm")
    assert "Done. The follow-ups begin by themselves." in lena.text
    assert "1 follow-up begins" in lena.text
    done = enrolled(world)
    lena.page = clicked
    lena.send(f"{preview}/confirm")

    assert lena.page.status_code == 200
    assert "1 follow-up begins" in lena.text
    assert enrolled(world) == done
    with world.inside() as home:
        assert home.plan("tom@example.org").state is PlanState.ACTIVE
        imported = select(func.count()).select_from(Event).where(Event.name == "file imported")
        assert home.session.scalar(imported) == 4  # three of the world, and this one


def test_the_same_list_again_says_so_and_changes_nothing(world: World, lena: Browser, form: str) -> None:
    with world.inside() as home:
        home.session.get_one(Person, home.person(LENA)).zone = "Pacific/Auckland"
        home.session.commit()
    lena.send(f"{bring(lena, form, LIST)}/confirm")
    done = enrolled(world)

    preview = bring(lena, form, LIST)
    assert (
        "This very file was imported before, on Thursday 12 March 2026, 03:00." in lena.text
    )  # by her clock
    lena.send(f"{preview}/confirm")

    assert enrolled(world) == done


def test_a_correction_is_shown_before_and_after(lena: Browser, form: str) -> None:
    preview = bring(lena, form, "Name,Email,Status\nPaul Roth,paul@example.org,absent\n")
    assert "absent was: present" in lena.text
    assert "1 correction: 1 was present, is absent now." in lena.text
    assert "1 follow-up ends: not at the training after all." in lena.text
    assert "Who is invited and not on this list" not in lena.text

    lena.send(f"{preview}/confirm")

    assert "1 was put aside: not at the training" in lena.text
    assert "1 earlier statement was corrected" in lena.text
    assert "Paul Roth present absent" in lena.text


def test_a_coach_whom_nobody_knows_is_named_before_they_are_made(lena: Browser, form: str) -> None:
    head = "Name,Email,Status,Coach\n"
    new = "new.coach@example.org"

    bring(
        lena, form, f"{head}Anna Berg,anna@example.org,present,{new}\nTom New,tom@example.org,present,{new}\n"
    )
    assert f"New coach: {new}." in lena.text
    assert f"present · new coach: {new}" in lena.text

    bring(lena, form, f"{head}Anna Berg,anna@example.org,present,{MIRA}\n")
    assert "new coach" not in lena.text.lower()


def test_a_withdrawn_list_leaves_nothing(world: World, lena: Browser, form: str) -> None:
    preview = bring(lena, form, LIST)
    clicked = lena.page

    lena.send(f"{preview}/withdraw")
    assert "Nothing was changed, and the rows are forgotten." in lena.text
    lena.page = clicked
    assert lena.send(f"{preview}/confirm").status_code == 200
    lena.page = clicked
    assert "carried out already" in lena.send(f"{preview}/withdraw").text

    with world.inside() as home:
        batch = home.session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc()).limit(1)).one()
        assert batch.state is ImportState.WITHDRAWN
        rows = home.session.scalars(select(ImportRow.name).where(ImportRow.batch_id == batch.id))
        assert set(rows) == {None}


def test_a_group_names_the_lists_that_count_and_not_those_that_were_withdrawn(
    lena: Browser, form: str
) -> None:
    text = "Name,Email,Status\nPaul Roth,paul@example.org,absent\n"
    upload(lena, form, "slip.csv", text.encode(), kind="attendance")
    lena.send(f"{lena.path}/withdraw")
    upload(lena, form, "right.csv", text.encode(), kind="attendance")

    lena.open(form.removesuffix("/import"))
    assert "right.csv: who was there · 1 row · waits for you to confirm it" in lena.text
    assert "slip.csv" not in lena.text


@ON_ONE
def test_the_problems_of_an_imported_list_can_be_taken_away(lena: Browser, form: str) -> None:
    text = LIST + '"=HYPERLINK(""x"")",not-an-address,present\nEve,eve@example.org,sometimes\n'
    preview = bring(lena, form, text)
    assert "2 cannot be used" in lena.text

    answer = lena.client.get(f"{preview}/problems.csv")

    assert answer.headers["Content-Disposition"].startswith("attachment;")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["Line", "Name", "What is wrong"]
    assert [row[0] for row in rows[1:]] == ["4", "5"]
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_a_name_without_an_address_is_decided_by_a_person(world: World, lena: Browser, form: str) -> None:
    preview = bring(lena, form, "Name,Status\nAnna Bergh,present\nNobody We Know,present\n")
    assert "2 to decide" in lena.text
    with world.inside() as home:
        anna = home.session.get_one(Person, home.person(ANNA)).public_id
    assert f'value="{anna}">Anna Berg (anna@example.org)</button>' in lena.page.text

    lena.send(f"{preview}/rows/2", person=anna)
    assert "Line 2 is decided, and remembered for the next file." in lena.text
    lena.send(f"{preview}/rows/3", person="nobody")
    assert "Line 3 is left out." in lena.text
    lena.send(f"{preview}/confirm")

    bring(lena, form, "Name,Status\nAnna Bergh,absent\n")
    assert "1 person we know" in lena.text


def test_a_guest_whom_nobody_knows_is_taken_in_by_the_address_one_types(
    world: World, lena: Browser, form: str
) -> None:
    preview = bring(lena, form, "Name,Status\nChloé Guest,present\n")
    assert "say who it is, or leave the row out" in lena.text.lower()

    lena.send(f"{preview}/rows/2", person="address", email="chloe")
    assert "“chloe” is not a mail address" in lena.text
    lena.send(f"{preview}/rows/2", person="address", email="chloe@example.org")
    assert "Line 2 is chloe@example.org, somebody new." in lena.text
    assert "1 new person" in lena.text
    lena.send(f"{preview}/confirm")

    with world.inside() as home:
        assert home.plan("chloe@example.org").state is PlanState.ACTIVE


def test_a_row_is_left_out_and_taken_in_again(world: World, lena: Browser, form: str) -> None:
    preview = bring(lena, form, LIST)

    lena.send(f"{preview}/rows/3", person="nobody")
    assert "1 left out by you" in lena.text
    lena.send(f"{preview}/rows/3", person="again")
    assert "left out by you" not in lena.text
    lena.send(f"{preview}/rows/3", person="nobody")
    lena.send(f"{preview}/confirm")

    with world.inside() as home:
        assert home.session.scalars(select(Person.id).where(Person.email == "tom@example.org")).all() == []


@ON_ONE
@pytest.mark.parametrize("person", ["", "stranger", "5"])
def test_a_decision_for_nobody_is_no_decision(lena: Browser, form: str, person: str) -> None:
    preview = bring(lena, form, LIST)

    answer = lena.send(f"{preview}/rows/3", person=person)

    assert answer.status_code in {200, 404}
    lena.open(preview)
    assert "1 new person" in lena.text


@ON_ONE
def test_rows_are_shown_page_by_page_and_by_what_becomes_of_them(lena: Browser, form: str) -> None:
    rows = "".join(f"Person {n},person{n}@example.org,present\n" for n in range(120))
    preview = bring(lena, form, LIST + rows)

    assert lena.text.count("Line ") == 100
    lena.open(preview, page="2")
    assert "Person 119" in lena.text
    lena.open(preview, show="matched")
    assert "Anna Berg" in lena.text
    assert "Person 1 " not in lena.text


class TestLargeFiles:
    """Files that are carried out at the desk, by a worker."""

    @pytest.fixture(autouse=True)
    def _small_is_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(batches, "AT_ONCE", 1)

    @pytest.fixture
    def settings(self, make_settings: Callable[..., Settings], database_url: str, redis_url: str) -> Settings:
        """Settings with a real Valkey."""
        return make_settings(database_url=database_url, redis_url=redis_url)

    def test_the_desk_is_rung_and_the_page_shows_how_far_it_is(
        self, world: World, lena: Browser, form: str, settings: Settings
    ) -> None:
        before = enrolled(world)
        preview = bring(lena, form, LIST)
        assert "It is a long list," in lena.text

        lena.send(f"{preview}/confirm")

        assert "You may close this page" in lena.text
        assert "Rows prepared 0 of 2" in lena.text
        assert lena.page.headers["Refresh"] == "3"
        assert enrolled(world) == before
        with Redis.from_url(settings.redis_url or "") as connection:
            assert [job.func_name for job in bell.queue(connection, "desk").jobs] == [bell.IMPORT]

        with world.inside() as home:
            attendance.carry_out_waiting(home.session, now=ASKED)
        lena.open(preview)
        assert "1 follow-up begins" in lena.text

    def test_a_second_click_rings_in_vain(self, lena: Browser, form: str) -> None:
        preview = bring(lena, form, LIST)
        clicked = lena.page
        lena.send(f"{preview}/confirm")
        lena.page = clicked

        lena.send(f"{preview}/confirm")

        assert lena.page.status_code == 200
        assert "On its way" in lena.text


@ON_ONE
def test_without_redis_a_large_file_waits_for_the_desk_to_look(
    world: World, lena: Browser, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    preview = bring(lena, form, LIST)

    lena.send(f"{preview}/confirm")

    assert "On its way" in lena.text
    with world.inside() as home:
        assert attendance.carry_out_waiting(home.session, now=ASKED) == 1


@ON_ONE
def test_a_file_that_could_not_be_carried_out_says_why(world: World, lena: Browser, form: str) -> None:
    preview = bring(lena, form, LIST)
    with world.inside() as home:
        batch = home.session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc()).limit(1)).one()
        batch.state, batch.error = ImportState.FAILED, "Line 3 speaks in riddles."
        home.session.commit()

    lena.open(preview)

    assert "It could not be carried out" in lena.text
    assert "Line 3 speaks in riddles." in lena.text
