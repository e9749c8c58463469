"""Participants of a coach are handed over on a page: asked, shown with who is told, done as it was shown."""

import pytest
from sqlalchemy import select

from coachfollow.flow import extending
from coachfollow.models import Coaching, Cohort
from tests.web.staff.people import group_of, signed_in
from tests.web.worlds import ANNA, ASKED, CLEO, LENA, ON_ONE, World


def coach(world: World) -> int:
    with world.inside() as home:
        current = select(Coaching.coach_id).where(
            Coaching.plan_id == home.plan(ANNA).id, Coaching.to_at.is_(None)
        )
        return home.session.scalars(current).one()


@ON_ONE
def test_who_goes_to_whom_is_shown_before_it_is_done(world: World) -> None:
    was, group = coach(world), group_of(world, ANNA)
    address = f"/groups/{group}/coaches/{was}/hand-over"
    browser = signed_in(world, LENA)
    browser.open(f"/groups/{group}")
    assert f'href="{address}"' in browser.page.text
    browser.open(address)
    assert "Nobody else coaches this group yet." in browser.text
    browser.open(address, who="everybody", to="evenly")
    assert browser.page.status_code == 409
    assert "would be left alone" in browser.text
    with world.inside() as home:
        cohort = home.session.scalars(select(Cohort).where(Cohort.public_id == group)).one()
        extending.add_coach(home.session, cohort=cohort, email=CLEO, now=ASKED)

    browser.open(address, who="everybody", to="evenly")
    assert "Nothing has happened yet." in browser.text
    assert "Who is told" in browser.text
    assert coach(world) == was

    browser.send(address, **browser.fields)
    assert "handed over." in browser.text
    with world.inside() as home:
        cleo = home.person(CLEO)
    assert coach(world) == cleo


@pytest.mark.parametrize(
    ("number", "to", "status"), [(2147483647, "evenly", 404), (None, "abc", 409), (None, "12345", 409)]
)
@ON_ONE
def test_who_is_no_coach_of_the_group_is_refused(
    world: World, number: int | None, to: str, status: int
) -> None:
    address = f"/groups/{group_of(world, ANNA)}/coaches/{number or coach(world)}/hand-over"
    assert signed_in(world, LENA).open(address, who="everybody", to=to).status_code == status


@pytest.mark.parametrize(("who", "status"), [("somebody-else", 409), ("", 200), ("everybody", 200)])
@ON_ONE
def test_whom_they_do_not_coach_they_hand_over_to_nobody(world: World, who: str, status: int) -> None:
    was, group = coach(world), group_of(world, ANNA)
    with world.inside() as home:
        cohort = home.session.scalars(select(Cohort).where(Cohort.public_id == group)).one()
        extending.add_coach(home.session, cohort=cohort, email=CLEO, now=ASKED)

    browser = signed_in(world, LENA)
    answer = browser.open(f"/groups/{group}/coaches/{was}/hand-over", who=who, to="evenly")

    assert answer.status_code == status
    assert ("no longer coaches this group and gets" in browser.text) == (status == 200)
