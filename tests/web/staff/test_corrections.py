"""A session's date is corrected on a page: asked for, previewed with who is told, done as it was shown."""

import re

import pytest
from sqlalchemy import select

from coachfollow.models import TrainingSession
from tests.web.staff.people import group_of, signed_in
from tests.web.worlds import ANNA, LENA, ON_ONE, World


def address(world: World, position: int = 1) -> str:
    return f"/groups/{group_of(world, ANNA)}/sessions/{position}/correct"


def asked(**change: str) -> dict[str, str]:
    return {"day-1": "2026-03-17", "at-1": "09:00", "lasts-1": "180"} | change


def day_of_the_session(world: World) -> str:
    with world.inside() as home:
        days = select(TrainingSession.local_date).where(
            TrainingSession.cohort_id == home.plan(ANNA).cohort_id
        )
        return home.session.scalars(days.order_by(TrainingSession.position)).first().isoformat()  # type: ignore[union-attr]


def test_what_moves_and_who_is_told_is_shown_before_it_is_done(world: World) -> None:
    browser = signed_in(world, LENA)
    browser.open(f"/groups/{group_of(world, ANNA)}")
    assert f'href="{address(world)}"' in browser.page.text
    before = day_of_the_session(world)

    browser.open(address(world))
    assert f'value="{before}"' in browser.page.text

    browser.open(address(world), **asked())
    assert "Nothing has happened yet." in browser.text
    assert "Who is told" in browser.text
    assert "a mail about this" in browser.text
    assert day_of_the_session(world) == before

    browser.send(address(world), **browser.fields)
    assert "Session 1 takes place on Tuesday 17 March 2026, 09:00 now." in browser.text
    assert day_of_the_session(world) == "2026-03-17"


def test_what_moves_is_said_with_whole_names_and_with_the_year_where_that_differs(world: World) -> None:
    browser = signed_in(world, LENA)
    browser.open(address(world), **asked())
    assert "Anna Berg Question" in browser.text
    assert "March 2026 " not in browser.text.partition("One by one")[2]

    browser.open(address(world), **asked(**{"day-1": "2027-03-17"}))
    rows = browser.text.partition("One by one")[2]
    assert "Anna Berg Question" in rows
    assert re.search(r"\w+ 2026 \w{3} \d+ \w+ 2027", rows)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"day-1": "17.03.2026"}, "Write the day like 2026-03-31."),
        ({"day-1": "9999-12-31"}, "Write a day of the years 2000 to 2099."),
        ({"day-1": "0001-01-01"}, "Write a day of the years 2000 to 2099."),
        ({"lasts-1": "0"}, "How many minutes does it last?"),
        ({"day-1": ""}, "Say on which day it takes place."),
    ],
)
@ON_ONE
def test_every_mistake_stands_at_its_field(world: World, change: dict[str, str], sentence: str) -> None:
    browser = signed_in(world, LENA)
    page = browser.open(address(world), **asked(**change))
    assert page.status_code == 422
    assert sentence in browser.text


@ON_ONE
def test_a_session_that_there_is_not_is_not_found(world: World) -> None:
    assert signed_in(world, LENA).open(address(world, 9)).status_code == 404


@ON_ONE
def test_what_was_not_shown_is_not_done(world: World) -> None:
    browser = signed_in(world, LENA)
    browser.open(address(world), **asked())
    browser.send(address(world), **({**browser.fields} | {"shown": "something else"}))
    assert "changed meanwhile" in browser.text
