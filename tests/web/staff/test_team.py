"""A manager's people: states and dates, their own people only."""

from tests.house import OPENED
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, ASKED, BEN, GRETA, ON_ONE, PAUL, World


def test_a_manager_sees_where_their_own_people_stand(world: World) -> None:
    with world.inside() as home:
        home.reflect(ANNA, "first-question", now=ASKED)
    browser = signed_in(world, GRETA)

    browser.open("/team")

    assert (
        "Anna Berg running The spring group · coach: Ben Okoro 2 of 2 done · next: Tue 17 March"
        in browser.text
    )
    assert "Paul Roth" not in browser.text


@ON_ONE
def test_nobody_else_has_people_there(world: World) -> None:
    browser = signed_in(world, BEN)

    browser.open("/team")

    assert "None of your people is in a follow-up now." in browser.text


@ON_ONE
def test_somebody_who_changed_teams_is_seen_by_the_new_manager_alone(world: World) -> None:
    with world.inside() as home:
        home.manages(GRETA, PAUL)
    assert OPENED < ASKED

    browser = signed_in(world, "hans@example.org")
    browser.open("/team")
    assert "Paul Roth" not in browser.text

    browser = signed_in(world, GRETA)
    browser.open("/team")
    assert "Paul Roth" in browser.text
