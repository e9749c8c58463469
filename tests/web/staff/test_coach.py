"""A coach's day: who needs them, one person's page, a meeting marked or moved, a plan paused or stopped."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from coachfollow.flow import placing
from coachfollow.models import Person
from coachfollow.rules.kinds import Barrier, PlanState, StopReason, TouchpointState
from tests.house import DAY
from tests.web.clocks import Clock
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, ASKED, BEN, CLEO, GRETA, LENA, ON_ONE, PAUL, World

SECRET = "nobody else may ever read this"
SHARED = "my team notices a difference"


def meeting(world: World) -> str:
    """The address of Anna's meeting on Ben's pages."""
    return f"/plans/{world.plan(ANNA)}/follow-ups/{world.touchpoint(ANNA, 'meeting')}"


def state(world: World) -> PlanState:
    with world.inside() as home:
        return home.plan(ANNA).state


def test_those_who_need_their_coach_stand_first_with_the_reason(world: World, time: Clock) -> None:
    time.now = ASKED + 10 * DAY
    with world.inside() as home:
        home.reflect(ANNA, "first-question", now=ASKED, barrier=Barrier.TOOLS)
        home.pass_time(time.now)

    browser = signed_in(world, BEN)
    browser.open("/coach")

    assert "Anna Berg" in browser.text
    assert "Named what got in the way: “Tools, rules or processes stood in the way”." in browser.text
    assert "No time is booked yet for the meeting of about Tue 17 March" in browser.text
    assert f'href="{meeting(world)}">Say how it went' in browser.page.text, "they may have met all the same"
    assert "Mira Sand" not in browser.text


@ON_ONE
def test_a_coach_without_people_is_told_when_they_come(world: World) -> None:
    with world.inside() as home:
        home.group("winter", coaches=["rob@example.org"])
    browser = signed_in(world, "rob@example.org")

    browser.open("/coach")

    assert "Nobody is with you yet." in browser.text
    assert 'href="/hours"' in browser.page.text


@ON_ONE
def test_whoever_coaches_nobody_any_more_is_not_asked_for_hours_that_are_not_theirs(world: World) -> None:
    browser = signed_in(world, GRETA)

    browser.open("/coach")

    assert "You coach nobody here at the moment." in browser.text
    assert 'href="/hours"' not in browser.page.text


@ON_ONE
def test_all_is_well_until_a_meeting_is_not_booked(world: World, time: Clock) -> None:
    time.now = ASKED - 7 * DAY
    browser = signed_in(world, BEN)
    browser.open("/coach")
    assert "No time is booked yet for the meeting of about Tue 17 March." in browser.text

    with world.inside() as home:
        home.bookable(BEN)
        placing.place_due(home.session, now=time.now)
    browser.open("/coach")

    assert "Nobody needs you today." in browser.text
    assert "All is well" in browser.text


def test_a_coach_reads_whose_mails_do_not_arrive_and_what_helps(world: World, time: Clock) -> None:
    time.now = ASKED - 7 * DAY
    with world.inside() as home:
        home.bookable(BEN)
        placing.place_due(home.session, now=time.now)
        home.session.execute(
            update(Person).where(Person.email == ANNA).values(undeliverable_at=ASKED - 8 * DAY)
        )
        home.session.commit()
    browser = signed_in(world, BEN)

    browser.open("/coach")
    assert "Our mails do not arrive: the mail server says that nobody has this address." in browser.text
    assert "Ask which one is right, and tell your L&D team." in browser.text
    browser.open(f"/plans/{world.plan(ANNA)}")

    assert "Our mails come back." in browser.text
    assert "Why you are needed" in browser.text


def test_the_numbers_name_whose_mails_do_not_arrive(world: World, time: Clock) -> None:
    time.now = ASKED
    with world.inside() as home:
        home.session.execute(update(Person).where(Person.email == ANNA).values(undeliverable_at=ASKED))
        home.session.commit()
    browser = signed_in(world, LENA)

    browser.open("/numbers/names?what=undeliverable_people")

    assert "Anna Berg" in browser.text
    assert "Paul Roth" not in browser.text


@ON_ONE
def test_whoever_was_not_at_the_training_is_not_called_well(world: World) -> None:
    with world.inside() as home:
        plan = home.plan(PAUL)
        plan.state, plan.stop_reason = PlanState.DRAFT, StopReason.ABSENT
        home.session.commit()
    browser = signed_in(world, BEN)
    browser.open("/coach")

    assert "Finished, stopped or not at the training (1)" in browser.text
    assert browser.text.index("not at the training (1)") < browser.text.index("Paul Roth")


def test_a_coach_reads_the_plan_and_what_was_shared_and_nothing_else(world: World) -> None:
    with world.inside() as home:
        home.reflect(ANNA, "first-question", now=ASKED, note=SECRET)
        home.reflect(PAUL, "first-question", now=ASKED, note=SHARED, share_note=True)

    browser = signed_in(world, BEN)
    browser.open(f"/plans/{world.plan(ANNA)}")
    assert "“When a guest complains, I will listen before I explain”" in browser.text
    assert "Partly" in browser.text
    assert SECRET not in browser.page.text

    browser.open(f"/plans/{world.plan(PAUL)}")
    assert SHARED in browser.text


@pytest.mark.parametrize("reader", [GRETA, LENA], ids=["the manager", "the L&D team"])
def test_others_see_states_and_dates_and_no_words(world: World, reader: str) -> None:
    with world.inside() as home:
        home.reflect(ANNA, "first-question", now=ASKED, note=SHARED, share_note=True, barrier=Barrier.MANAGER)

    browser = signed_in(world, reader)
    browser.open(f"/plans/{world.plan(ANNA)}")

    assert "Tuesday 17 March 2026, 10:00" in browser.text
    assert "Answered: question of Tue 10 March" in browser.text
    for words in (
        "a guest complains",
        SHARED,
        "What got in the way",
        "Partly",
        "Leave out",
        "Pause",
        "of 10",
    ):
        assert words not in browser.text


def test_what_was_read_asks_for_nobody_any_more(world: World) -> None:
    with world.inside() as home:
        home.reflect(PAUL, "first-question", now=ASKED, note=SHARED, share_note=True)
    browser = signed_in(world, BEN)
    browser.open(f"/plans/{world.plan(PAUL)}")
    assert "Shared a note with you. You have not read it yet." in browser.text

    browser.send(f"/plans/{world.plan(PAUL)}/read")

    assert "Noted: you have read everything so far." in browser.text
    assert "that you have not read yet" not in browser.text


def test_a_meeting_is_marked_held_with_what_came_of_it(world: World, time: Clock) -> None:
    time.now = ASKED + 10 * DAY
    browser = signed_in(world, BEN)
    browser.open(meeting(world))

    page = browser.send(f"{meeting(world)}/mark", held="yes", outcome="")
    assert page.status_code == 422
    assert "One sentence of what came of it is needed." in browser.text
    form = browser.page
    browser.send(f"{meeting(world)}/mark", held="yes", outcome="We practised the first sentence.")

    assert "Thank you: held" in browser.text
    assert "You can still take this back: The meeting was held" in browser.text
    assert "We practised the first sentence." in browser.text
    with world.inside() as home:
        assert home.touchpoint(ANNA, "meeting").state is TouchpointState.COMPLETED
    browser.page = form
    browser.send(f"{meeting(world)}/mark", held="no", outcome="")
    assert "settled already" in browser.text


@ON_ONE
def test_a_meeting_that_was_not_held_wants_no_sentence(world: World, time: Clock) -> None:
    time.now = ASKED + 10 * DAY
    browser = signed_in(world, BEN)
    browser.open(meeting(world))

    assert browser.send(f"{meeting(world)}/mark", outcome="x").status_code == 422
    assert browser.send(f"{meeting(world)}/mark", held="no", outcome="x" * 2001).status_code == 422
    browser.send(f"{meeting(world)}/mark", held="no", outcome="")

    assert "Noted: not held. That happens." in browser.text
    assert "The meeting did not take place" in browser.text
    browser.open(meeting(world))
    assert "did not take place" in browser.text
    assert "we do not know" not in browser.text


@ON_ONE
def test_a_meeting_that_nobody_marked_says_so(world: World, time: Clock) -> None:
    with world.inside() as home:
        home.arrange(ANNA, ASKED + 6 * DAY, now=ASKED)
        home.pass_time(ASKED + 40 * DAY)
    time.now = ASKED + 40 * DAY
    browser = signed_in(world, BEN)

    browser.open(f"/plans/{world.plan(ANNA)}")
    assert "Nobody noted whether it took place: meeting with the coach of Tue 17 March" in browser.text
    browser.open(meeting(world))
    assert "nobody noted whether it took place" in browser.text


@ON_ONE
def test_a_meeting_that_found_no_time_says_so(world: World, time: Clock) -> None:
    with world.inside() as home:
        home.pass_time(ASKED + 40 * DAY)
    time.now = ASKED + 40 * DAY
    browser = signed_in(world, BEN)

    browser.open(f"/plans/{world.plan(ANNA)}")
    assert "No time was found, so it is excused: meeting with the coach of Tue 17 March" in browser.text
    assert "Nobody noted" not in browser.text


@ON_ONE
def test_a_meeting_to_come_offers_no_marking(world: World, time: Clock) -> None:
    with world.inside() as home:
        home.arrange(ANNA, ASKED + 5 * DAY, now=ASKED)
    browser = signed_in(world, BEN)

    browser.open(meeting(world))
    assert "Did it take place?" not in browser.text

    time.now = ASKED + 5 * DAY + timedelta(hours=1)
    browser = signed_in(world, BEN)
    browser.open(meeting(world))
    assert "Did it take place?" in browser.text


@ON_ONE
@pytest.mark.parametrize("follow_up", ["2147483647", "99999999999999999999", "0"])
def test_a_follow_up_that_does_not_exist_is_no_page(world: World, follow_up: str) -> None:
    browser = signed_in(world, BEN)

    assert browser.open(f"/plans/{world.plan(ANNA)}/follow-ups/{follow_up}").status_code == 404


@ON_ONE
def test_a_follow_up_of_another_plan_is_not_reached_through_ones_own(world: World) -> None:
    browser = signed_in(world, CLEO)
    mira = world.plan("mira@example.org")
    browser.open("/coach")
    foreign = world.touchpoint(ANNA, "first-question")

    assert browser.open(f"/plans/{mira}/follow-ups/{foreign}").status_code == 404
    assert browser.open(f"/plans/{mira}/change/skip?follow_up={foreign}").status_code == 404
    assert browser.open(f"/plans/{mira}/change/skip?follow_up={foreign}&reason=away").status_code == 404
    browser.open(f"/plans/{mira}/change/pause?day=2026-03-25")
    page = browser.send(f"/plans/{mira}/change/skip", follow_up=str(foreign), reason="away")

    assert page.status_code == 404
