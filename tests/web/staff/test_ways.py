"""A coach sees why a meeting has no time and what would help; the L&D team sees it for a whole group."""

import re
from datetime import UTC, date, datetime
from html import unescape

from sqlalchemy import func, select

from coachfollow.flow import coaching, placing
from coachfollow.models import CheckIn, LeaveSpell
from coachfollow.rules.kinds import CheckInState
from tests.house import DAY
from tests.web.clocks import Clock
from tests.web.staff.people import group_of, signed_in
from tests.web.worlds import ANNA, ASKED, BEN, LENA, ON_ONE, PAUL, World

pytestmark = ON_ONE
EARLY = ASKED - 7 * DAY


def address(world: World) -> str:
    return f"/plans/{world.plan(ANNA)}/follow-ups/{world.touchpoint(ANNA, 'meeting')}/ways"


def offer(world: World, week: str) -> None:
    """Ben can be booked then, and everything that can be placed is."""
    with world.inside() as home:
        coaching.set_hours(home.session, coach_id=home.person(BEN), week=week, link="")
        placing.place_due(home.session, now=EARLY)


def take(world: World, starts_at: datetime) -> None:
    """Paul's meeting stands then."""
    with world.inside() as home:
        home.arrange(PAUL, starts_at, by=BEN, now=EARLY)


def go_away(world: World, *, until: date, since: date = date(2026, 3, 16)) -> None:
    """Anna is on leave."""
    with world.inside() as home:
        days = {"first_day": since, "last_day": until}
        home.session.add(LeaveSpell(person_id=home.person(ANNA), entered_at=EARLY, **days))
        home.session.commit()


def placed(world: World) -> int:
    with world.inside() as home:
        count = select(func.count()).where(CheckIn.state == CheckInState.PLACED)
        return home.session.scalar(count) or 0


def test_without_hours_it_says_so_and_leads_to_them(world: World, time: Clock) -> None:
    time.now = EARLY
    with world.inside() as home:
        placing.place_due(home.session, now=EARLY)
    browser = signed_in(world, BEN)

    browser.open("/coach")
    assert "What would help" in browser.text
    browser.open(address(world))

    assert "The coach has not said when they can be booked." in browser.text
    assert "Offer more of your week" in browser.text
    assert "Or another meeting moves" not in browser.text


def test_a_later_day_is_one_press_away_with_the_usual_preview(world: World, time: Clock) -> None:
    time.now = EARLY
    go_away(world, until=date(2026, 4, 1))
    offer(world, "mon 10:00-10:30")
    browser = signed_in(world, BEN)
    browser.open(address(world))
    assert "The hours of the two never meet on these days." in browser.text
    assert "The first time after its days that is free for both of you is Mon 6 April, 10:00." in browser.text
    (later,) = re.findall(r'href="([^"]*day=2026-04-06[^"]*)"', browser.page.text)

    browser.open(unescape(later))

    assert "Meet on Monday 6 April 2026, 10:00" in browser.text
    assert "Invite both of us" in browser.text


def test_somebody_else_moves_once_it_is_confirmed(world: World, time: Clock) -> None:
    time.now = EARLY
    take(world, datetime(2026, 3, 17, 10, tzinfo=UTC))
    go_away(world, since=date(2026, 3, 23), until=date(2026, 4, 12))
    offer(world, "tue 10:00-10:30")
    browser = signed_in(world, BEN)

    browser.open(address(world))
    assert "Paul Roth Tuesday 17 March 2026, 10:00" in browser.text
    assert placed(world) == 1
    browser.send(browser.action)

    assert "There is a time now; everybody concerned gets it." in browser.text
    assert placed(world) == 2
    browser.open(address(world))
    assert "This meeting needs no time any more." in browser.text


def test_a_group_lists_its_meetings_without_a_time(world: World, time: Clock) -> None:
    time.now = EARLY
    browser, page = signed_in(world, LENA), f"/groups/{group_of(world, ANNA)}/meetings"

    browser.open(page)
    assert "Anna Berg with Ben Okoro, about Tuesday 17 March 2026" in browser.text
    assert "The coach has not said when they can be booked." in browser.text

    offer(world, "mon-fri 09:00-17:00")
    browser.open(page)
    assert "Every meeting has its time." in browser.text
