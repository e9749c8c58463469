"""Bringing people, teams and managers in: what a file would change is shown, and done only then."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from coachfollow.config import Settings
from coachfollow.models import Membership, Person, Reporting, Team
from tests.web.browsers import Browser
from tests.web.staff.people import signed_in, upload
from tests.web.worlds import ANNA, ASKED, LENA, ON_ONE, World

FILE = (
    "Email,Name,Team,Manager,Time zone,Left on\n"
    "anna@example.org,Anna Berg-Roth,Retail / North,greta@example.org,Europe/Berlin,\n"
    "uma@example.org,Uma New,Retail / South,greta@example.org,Europe/Lisbon,\n"
    "vic@example.org,Vic New,Retail,greta@example.org,Nowhere/Land,\n"
)


@pytest.fixture
def lena(world: World) -> Browser:
    """The browser of the L&D team."""
    return signed_in(world, LENA)


def kept_files(settings: Settings) -> list[Path]:
    return [path for path in (settings.data_dir / "uploads").rglob("*") if path.is_file()]


def test_a_file_is_shown_before_anything_changes_and_then_carried_out(
    world: World, lena: Browser, settings: Settings
) -> None:
    upload(lena, "/people", "people.csv", FILE.encode())

    assert "1 new person" in lena.text
    assert "1 person changes" in lena.text
    assert "1 row is left out" in lena.text
    assert "“Nowhere/Land” is not a time zone we know" in lena.text
    with world.inside() as home:
        assert home.session.scalars(select(Person.id).where(Person.email == "uma@example.org")).all() == []

    lena.send("/people")

    assert "1 added, 1 changed, 0 as they were." in lena.text
    assert kept_files(settings) == []
    with world.inside() as home:
        uma = home.session.scalars(select(Person).where(Person.email == "uma@example.org")).one()
        team = select(Team.name).join(Membership, Membership.team_id == Team.id)
        assert home.session.scalars(team.where(Membership.person_id == uma.id)).all() == ["South"]
        manager = select(Reporting.manager_id).where(Reporting.person_id == uma.id)
        assert home.session.scalars(manager).all() == [home.person("greta@example.org")]


def test_a_last_day_is_shown_with_the_follow_ups_that_end_with_it(lena: Browser) -> None:
    text = "Email,Name,Left on\nanna@example.org,,2026-06-30\nnew@example.org,New One,2026-06-30\n"
    upload(lena, "/people", "people.csv", text.encode())

    assert "1 person gets a last day" in lena.text
    assert "1 follow-up ends with it" in lena.text
    assert "Tuesday 30 June 2026" in lena.text


def test_a_coach_who_leaves_has_somebody_to_hand_over(lena: Browser) -> None:
    said = "Hand their participants over, on the page of each group, before their last day."
    upload(lena, "/people", "people.csv", b"Email,Left on\nben@example.org,2026-06-30\n")
    assert said in lena.text
    assert "Whoever leaves coaches" in lena.text

    upload(lena, "/people", "people.csv", b"Email,Left on\nanna@example.org,2026-06-30\n")
    assert said not in lena.text


def test_a_second_click_says_that_the_file_is_gone(lena: Browser) -> None:
    upload(lena, "/people", "people.csv", FILE.encode())
    preview = lena.page
    lena.send("/people")
    lena.page = preview

    lena.send("/people")

    assert "This file is no longer here. Please choose it again." in lena.text


def test_ambiguous_dates_are_asked_about(world: World, lena: Browser) -> None:
    text = "Email,Name,Left on\nold@example.org,Old Hand,3/4/2026\n"
    upload(lena, "/people", "people.csv", text.encode())
    assert "One question first" in lena.text

    lena.send("/people", date_order="dmy")
    assert "1 new person" in lena.text
    lena.send("/people")

    with world.inside() as home:
        old = home.session.scalars(select(Person).where(Person.email == "old@example.org")).one()
        assert (old.left_on is None) or old.left_on.isoformat() == "2026-04-03"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"Name,Team\nAnna,Retail\n", "has no header row with a column Email"),
        (b"Email,Employee ID\na@example.org,7\nb@example.org,7\n", "In lines 2 and 3 stands the same number"),
    ],
)
@ON_ONE
def test_a_file_that_cannot_be_taken_gets_a_sentence(
    lena: Browser, settings: Settings, data: bytes, sentence: str
) -> None:
    answer = upload(lena, "/people", "people.csv", data)

    assert answer.status_code == 422
    assert sentence in lena.text
    assert kept_files(settings) == []


@ON_ONE
def test_no_file_is_said_kindly(lena: Browser) -> None:
    lena.open("/people")

    assert lena.send("/people").status_code == 422
    assert "Choose a file" in lena.text
    assert lena.send("/people", text="anna@example.org").status_code == 422


def test_a_file_with_other_working_times_says_what_moves_before_it_does(lena: Browser) -> None:
    weeks = "Email,Name,Working week,Country\nanna@example.org,Anna,thu-fri 10:00-12:00,Portugal\n"

    upload(lena, "/people", "people.csv", weeks.encode())

    assert "1 person works at other times" in lena.text
    assert "on another day or hour" in lena.text


@ON_ONE
def test_a_file_gives_whoever_cannot_be_reached_another_address(world: World, lena: Browser) -> None:
    with world.inside() as home:
        gone = {"undeliverable_at": ASKED, "external_id": "17"}
        home.session.execute(update(Person).where(Person.email == ANNA).values(**gone))
        home.session.commit()

    upload(lena, "/people", "people.csv", b"Email,Employee ID\nanna.berg@example.org,17\n")
    assert "person can be reached again" in lena.text
    lena.send("/people")

    assert "0 added, 1 changed, 0 as they were." in lena.text
    with world.inside() as home:
        anna = home.session.scalars(select(Person).where(Person.external_id == "17")).one()
        assert (anna.email, anna.undeliverable_at) == ("anna.berg@example.org", None)
