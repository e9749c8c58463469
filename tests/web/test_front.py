"""The first page, and the menu: each sees the pages they work with."""

import pytest
from flask import Flask

from coachfollow.web.pages import NAVIGATION
from tests.web.browsers import Browser
from tests.web.test_matrix import enter
from tests.web.worlds import ANNA, BEN, GRETA, LENA, OLGA, ON_ONE, World

MENUS = [
    (BEN, {"My people", "My hours"}),
    (GRETA, {"My team"}),
    (LENA, {"Groups", "Programmes", "Numbers"}),
    (OLGA, {"Outbox"}),
    (ANNA, set[str]()),
]


@ON_ONE
def test_a_stranger_is_told_what_this_is_and_how_to_get_in(world: World, browser: Browser) -> None:
    del world
    browser.open("/")

    assert "What comes after the training" in browser.text
    assert "the links in your mails are enough" in browser.text
    assert "demo" not in browser.text


@pytest.mark.parametrize(("person", "pages"), MENUS, ids=[person for person, _ in MENUS])
@ON_ONE
def test_the_menu_holds_the_pages_of_whoever_is_there(
    world: World, browser: Browser, person: str, pages: set[str]
) -> None:
    enter(world, browser, person)
    browser.open("/account")

    menu = browser.page.text.partition("<nav")[2].partition("</nav>")[0]
    assert {page for page in pages if page in menu} == pages
    assert "My account" in menu
    assert 'aria-current="page">My account' in menu


@ON_ONE
def test_the_menu_says_which_part_of_the_house_a_page_belongs_to(world: World, browser: Browser) -> None:
    enter(world, browser, BEN)
    browser.open(f"/plans/{world.plan(ANNA)}")

    assert 'aria-current="true">My people' in browser.page.text
    assert browser.page.text.count("aria-current") == 1


@pytest.mark.parametrize(
    ("endpoint", "label"),
    [
        ("ways.show", "My people"),
        ("ways.of_group", "Groups"),
        ("launch_previews.group", "Groups"),
        ("launch_simulations.group", "Groups"),
        ("launch_previews.draft", "Programmes"),
        ("launch_simulations.programme", "Programmes"),
    ],
)
def test_pages_of_one_kind_may_lie_in_several_parts_of_the_house(endpoint: str, label: str) -> None:
    assert [entry.label for entry in NAVIGATION if entry.current(endpoint)] == [label]


@ON_ONE
def test_the_menu_knows_only_parts_of_the_house_that_are_there(app: Flask) -> None:
    rooms = {room for entry in NAVIGATION for room in entry.rooms}

    assert rooms - app.blueprints.keys() - app.view_functions.keys() == set()


@pytest.mark.parametrize("person", [person for person, _ in MENUS])
@ON_ONE
def test_home_is_the_page_one_works_with_most(world: World, browser: Browser, person: str) -> None:
    enter(world, browser, person)

    browser.open("/")

    assert browser.page.status_code == 200
    assert browser.path != "/"


@ON_ONE
def test_a_participant_who_signed_in_finds_their_own_follow_up(world: World, browser: Browser) -> None:
    enter(world, browser, ANNA)

    browser.open("/account")

    assert "The spring group" in browser.text
    assert f"/my-plan/{world.plan(ANNA)}" in browser.page.text
    assert browser.open(f"/my-plan/{world.plan(ANNA)}").status_code == 200
    assert browser.open(f"/answer/{world.touchpoint(ANNA, 'first-question')}").status_code == 200
