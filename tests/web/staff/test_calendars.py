"""The calendars: a coach's meetings and people, and what comes to the groups of an L&D team."""

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from coachfollow.flow import away, placing
from coachfollow.models import Person
from coachfollow.rules.absences import Leave
from tests.house import DAY
from tests.web.clocks import Clock
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, ASKED, BEN, CLEO, GRETA, LENA, ON_ONE, PAUL, World

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_a_coachs_month_holds_their_meetings_their_people_and_their_leave(world: World, time: Clock) -> None:
    time.now = ASKED - DAY
    with world.inside() as home:
        home.bookable(BEN)
        placing.place_due(home.session, now=time.now)
        home.session.get_one(Person, home.person(BEN)).zone = "Asia/Kolkata"
        leave = Leave(first=date(2026, 3, 26), last=date(2026, 3, 27))
        away.go(
            home.session, person_id=home.person(BEN), leave=leave, now=time.now, actor_id=home.person(BEN)
        )

    browser = signed_in(world, BEN)
    browser.open("/calendar")

    assert "Times are those of your clock (Asia/Kolkata)." in browser.text
    assert "Tuesday 10 March today" in browser.text.replace("\n", " ")
    assert "15:30 Meeting with Anna Berg" in browser.text
    assert f'href="/plans/{world.plan(ANNA)}"' in browser.page.text
    assert browser.text.count("Away") == 2
    assert "2 follow-ups" in browser.text
    assert "Mira Sand" not in browser.text


@ON_ONE
def test_a_month_long_gone_still_says_when_the_coach_was_away(world: World, time: Clock) -> None:
    leave = Leave(first=date(2026, 3, 26), last=date(2026, 3, 27))
    with world.inside() as home:
        ben = home.person(BEN)
        away.go(home.session, person_id=ben, leave=leave, now=ASKED - DAY, actor_id=ben)
    time.now = ASKED + 150 * DAY

    browser = signed_in(world, BEN)
    browser.open("/calendar?from=2026-03-26")

    assert browser.text.count("Away") == 2


@ON_ONE
def test_a_meeting_without_a_time_stands_on_the_day_it_is_wanted_with_the_way_to_give_it_one(
    world: World,
) -> None:
    browser = signed_in(world, BEN)
    browser.open("/calendar?view=week&from=2026-03-19")

    assert "Monday 16 March 2026 to Sunday 22 March 2026" in browser.text
    assert "Anna Berg: meeting without a time" in browser.text
    follow_up = world.touchpoint(ANNA, "meeting")
    assert f"/plans/{world.plan(ANNA)}/change/meet?follow_up={follow_up}" in browser.page.text


@ON_ONE
def test_a_meeting_whose_day_has_passed_without_a_time_is_wanted_today(world: World, time: Clock) -> None:
    time.now = ASKED + 10 * DAY  # a Saturday, four days after the day it was meant for
    with world.inside() as home:
        home.pass_time(time.now)
    follow_up = world.touchpoint(ANNA, "meeting")
    way = f"/plans/{world.plan(ANNA)}/change/meet?follow_up={follow_up}"
    browser = signed_in(world, BEN)

    browser.open("/calendar?view=week&from=2026-03-16")

    before, today = browser.page.text.split("today", maxsplit=1)
    assert way not in before
    assert way in today


@ON_ONE
@pytest.mark.parametrize("asked", ["yesterday", "2026-02-30", "0001-01-01", "9999-12-31", "<b>"])
def test_a_day_that_is_none_gets_a_sentence_and_today(world: World, asked: str) -> None:
    browser = signed_in(world, BEN)

    page = browser.client.get("/calendar", query_string={"from": asked})

    assert page.status_code == 422
    assert "is not a day we know. Write it like 2026-03-11." in page.text
    assert "March 2026" in page.text
    assert "<b>" not in page.text


@ON_ONE
def test_one_leafs_by_links_that_keep_what_was_chosen(world: World) -> None:
    browser = signed_in(world, LENA)

    browser.open("/groups/calendar?from=2026-12-15&group=spring")

    for link in ("from=2026-11-30", "from=2027-01-01", "from=2026-03-11"):
        assert re.search(rf'href="/groups/calendar\?[^"]*{link}[^"]*"', browser.page.text), link
    assert browser.page.text.count("group=spring") >= 5
    assert "Nothing is planned on these days yet." in browser.text


def test_an_ld_team_sees_how_much_comes_to_which_group_and_nobodys_name(world: World) -> None:
    browser = signed_in(world, LENA)
    browser.open("/groups/calendar?view=week&from=2026-03-17")

    assert "3 meetings: The autumn group: 1 meeting The spring group: 2 meetings" in browser.text
    for name in ("Anna", "Paul", "Mira", "Nora"):
        assert name not in browser.text

    browser.open("/groups/calendar")
    assert "08:00 The spring group: session 1" in browser.text


@ON_ONE
@pytest.mark.parametrize("narrowed", ["group=autumn", f"coach={CLEO}"])
def test_it_is_narrowed_to_a_group_or_a_coach(world: World, narrowed: str) -> None:
    browser = signed_in(world, LENA)
    browser.open(f"/groups/calendar?view=week&from=2026-03-17&{narrowed}")

    assert "The autumn group: 1 meeting" in browser.text
    assert "The spring group:" not in browser.text


@ON_ONE
def test_what_is_not_theirs_does_not_exist(world: World) -> None:
    assert signed_in(world, LENA).client.get("/groups/calendar?group=nowhere").status_code == 404
    assert signed_in(world, GRETA).client.get("/groups/calendar").status_code == 403


@ON_ONE
def test_what_a_pause_holds_back_stands_nowhere(world: World) -> None:
    with world.inside() as home:
        plan = home.plan(PAUL)
        plan.state = type(plan.state).PAUSED
        home.session.commit()

    browser = signed_in(world, LENA)
    browser.open("/groups/calendar?view=week&from=2026-03-17&group=spring")
    assert "The spring group: 1 meeting" in browser.text
    browser = signed_in(world, BEN)
    browser.open("/calendar?view=week&from=2026-03-17")
    assert "Paul Roth" not in browser.text


@pytest.mark.browser
@ON_ONE
def test_a_month_is_one_sheet_of_paper(world: World, site: str, page: "Page") -> None:
    cookie = signed_in(world, BEN).client.get_cookie(world.app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
    page.goto(f"{site}/calendar?from=2026-08-01")  # six weeks

    paper = page.pdf(prefer_css_page_size=True)

    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
