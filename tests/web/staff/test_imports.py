"""Bringing a list in: real files of many makes, what has to be asked first, and files that are none."""

import os

import pytest

from coachfollow.config import Settings
from coachfollow.intake.reading import DateOrder
from coachfollow.rules.kinds import PlanState, Role
from tests.house import DAY, TRAINING
from tests.intake import samples
from tests.web.browsers import Browser
from tests.web.staff.lists import LIST, bring, kept_files
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


@pytest.mark.parametrize(
    ("name", "data", "known"),
    [
        ("utf8.csv", LIST.encode(), 1),
        ("mark.csv", LIST.encode("utf-8-sig"), 1),
        ("utf16.csv", LIST.replace(",", "\t").encode("utf-16"), 1),
        ("umlaut.csv", LIST.replace("Tom", "Jörg").replace(",", ";").encode("cp1252"), 1),
    ],
)
@ON_ONE
def test_any_encoding_is_read(lena: Browser, form: str, name: str, data: bytes, known: int) -> None:
    upload(lena, form, name, data, kind="attendance")

    assert f"{known} person we know" in lena.text
    assert "1 new person" in lena.text


@ON_ONE
def test_a_teams_report_is_read_with_its_minutes(lena: Browser, form: str) -> None:
    people = samples.attendees(day=14)
    text = "\n".join("\t".join(row) for row in samples.teams(people, DateOrder.DMY))

    upload(lena, form, "Teams report.csv", text.encode("utf-16"), kind="attendance")

    assert "Ben Other ben.other@example.org new · present, 75 min" in lena.text


def test_a_report_of_another_day_says_so_and_is_not_blocked(lena: Browser, form: str) -> None:
    text = "\n".join("\t".join(row) for row in samples.teams(samples.attendees(day=14), DateOrder.DMY))

    upload(lena, form, "Teams report.csv", text.encode("utf-16"), kind="attendance")

    assert "This report is of 14 November 2026; the session is on 3 March 2026." in lena.text
    lena.send(f"{lena.path}/confirm")
    assert "Done." in lena.text


def test_a_report_of_the_day_of_the_session_is_not_asked_which_comes_first(lena: Browser, form: str) -> None:
    text = "Name,Email,Join Time,Leave Time\nBen,ben@x.org,3/3/2026 09:00,4/3/2026 00:30\n"
    assert "session is on" not in bring_text(lena, form, text)
    assert "Ben ben@x.org new · present" in lena.text

    other = text.replace("3/3/2026", "3/5/2026").replace("4/3/2026", "4/5/2026")
    assert "Does the day or the month come first?" in bring_text(lena, form, other)


def bring_text(lena: Browser, form: str, text: str) -> str:
    upload(lena, form, "list.csv", text.encode(), kind="attendance")
    return lena.text


@ON_ONE
def test_a_spreadsheet_is_read(lena: Browser, form: str) -> None:
    data = samples.workbook({"List": [line.split(",") for line in LIST.splitlines()]})

    upload(lena, form, "list.xlsx", data, kind="attendance")

    assert "1 person we know" in lena.text


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("empty.csv", b"", "is empty"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100), "looks like a picture, not a list"),
        ("broken.xlsx", b"PK\x03\x04" + b"broken" * 30, "“broken.xlsx”"),
        ("page.csv", b"<!doctype html><p>Sign in", "is a web page"),
        ("header.csv", b"Name,Email\n", "but nobody under it"),
        ("../../etc/passwd", b"", "“passwd” is empty"),
    ],
)
@ON_ONE
def test_a_file_that_is_no_list_gets_a_sentence_and_is_not_kept(
    lena: Browser, form: str, settings: Settings, name: str, data: bytes, sentence: str
) -> None:
    answer = upload(lena, form, name, data, kind="attendance")

    assert answer.status_code == 422
    assert sentence in lena.text
    assert kept_files(settings) == []


@ON_ONE
def test_nothing_chosen_is_said_kindly(lena: Browser, form: str) -> None:
    lena.open(form)

    assert lena.send(form, kind="attendance", text="").status_code == 422
    assert "Choose a file, or paste a list." in lena.text
    assert lena.send(form, kind="odd", text="Anna <anna@example.org>").status_code == 422
    assert "Say whether these people are invited or were there." in lena.text
    assert "Anna <anna@example.org>" in lena.fields["text"]


def test_a_pasted_list_invites(world: World, lena: Browser, form: str) -> None:
    lena.open(form)

    lena.send(form, kind="roster", text="Tom New <tom@example.org>\nUma New <uma@example.org>")
    assert "pasted list" in lena.text
    lena.send(f"{lena.path}/confirm")

    assert "2 people are new in this group" in lena.text
    with world.inside() as home:
        assert home.plan("uma@example.org").state is PlanState.DRAFT


def test_ambiguous_dates_are_asked_about_and_the_file_stays_for_the_answer(
    lena: Browser, form: str, settings: Settings
) -> None:
    text = "Name,Email,Join time,Leave time\nTom,tom@example.org,5/4/2026 09:00,5/4/2026 10:00\n"
    upload(lena, form, "zoom.csv", text.encode(), kind="attendance")
    assert "One question first" in lena.text
    assert len(kept_files(settings)) == 1

    lena.send(form, date_order="dmy")

    assert lena.path.startswith("/imports/")
    assert "Tom tom@example.org new · present, 60 min" in lena.text
    assert kept_files(settings) == []


def test_unknown_columns_are_pointed_at_and_remembered(lena: Browser, form: str) -> None:
    text = "Wer;Womit;Wie\nAnna Berg;anna@example.org;da\nTom New;tom@example.org;present\n"
    upload(lena, form, "odd.csv", text.encode(), kind="attendance")
    assert "Which column holds the name, and which the address?" in lena.text
    assert "Anna Berg anna@example.org da" in lena.text

    lena.send(form, **{"column-name": "Wer", "column-email": "Womit", "profile": "Our odd system"})
    assert "1 person we know" in lena.text
    assert "1 new person" in lena.text

    upload(lena, form, "odd again.csv", text.encode(), kind="attendance")
    assert lena.path.startswith("/imports/"), "the second such file is read without a question"


@ON_ONE
def test_an_upload_is_reached_by_whoever_made_it_and_by_nobody_else(
    world: World, lena: Browser, form: str, settings: Settings
) -> None:
    upload(lena, form, "odd.csv", b"Wer;Womit\nAnna;anna@example.org\n", kind="attendance")
    kept = kept_files(settings)[0]
    beside = settings.data_dir / "beside.csv"
    beside.write_text("Wer;Womit\nAnna;anna@example.org\n")
    with world.inside() as home:
        home.appoint("other.lnd@example.org", Role.LND)
    other = signed_in(world, "other.lnd@example.org")

    for name in (kept.name, f"../{kept.parent.name}/{kept.name}", "../../beside.csv", "x" * 32 + ".file"):
        other.open(form)
        answer = other.send(form, kind="attendance", upload=name, **{"column-email": "Womit"})
        assert answer.status_code == 410
        assert "This file is no longer here." in other.page.text
    assert kept_files(settings) != []
    assert beside.exists()


@ON_ONE
def test_a_list_of_several_sessions_says_which(world: World, lena: Browser) -> None:
    with world.inside() as home:
        cohort = home.group("long", days=(TRAINING, TRAINING + 7 * DAY)).public_id
    form = f"/groups/{cohort}/import"

    assert upload(lena, form, "list.csv", LIST.encode(), kind="attendance").status_code == 422
    assert "Choose the session it is about." in lena.text
    upload(lena, form, "list.csv", LIST.encode(), kind="attendance", session="2")

    assert "session 2 of Tuesday 10 March 2026" in lena.text


@ON_ONE
def test_no_page_of_one_group_shows_a_file_of_another(world: World, lena: Browser, form: str) -> None:
    bring(lena, form, LIST)

    lena.open(f"/groups/{group_of(world, MIRA)}")

    assert "list.csv" not in lena.text


@ON_ONE
def test_a_file_that_is_larger_than_allowed_is_refused(world: World) -> None:
    world.app.config["MAX_CONTENT_LENGTH"] = 20_000
    lena = signed_in(world, LENA)

    answer = upload(lena, f"/groups/{group_of(world, ANNA)}/import", "big.csv", b"x" * 30_000, kind="roster")

    assert answer.status_code == 413
    assert "That file is too large." in answer.text


@ON_ONE
def test_a_question_that_nobody_answered_for_a_day_leaves_no_file(
    lena: Browser, form: str, settings: Settings
) -> None:
    upload(lena, form, "odd.csv", b"Wer;Womit\nAnna;anna@example.org\n", kind="attendance")
    kept = kept_files(settings)[0]
    yesterday = (ASKED - 2 * DAY).timestamp()
    os.utime(kept, (yesterday, yesterday))

    upload(lena, form, "list.csv", LIST.encode(), kind="attendance")

    assert kept_files(settings) == []
