"""A coach changes a plan: what will change and who is told, then once, and back again while nothing has left."""

from datetime import date

import pytest
from sqlalchemy import select

from coachfollow.flow import plans
from coachfollow.models import CheckIn, Message
from coachfollow.rules.kinds import (
    CheckInState,
    MessageKind,
    MessageState,
    PlanState,
    StopReason,
    TouchpointState,
)
from tests.house import DAY
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.staff.people import signed_in
from tests.web.staff.plans import FIRST, MEETING, SECOND, changes, confirm, day_of, lever, state
from tests.web.worlds import ANNA, ASKED, BEN, CARD, ON_ONE, World


@pytest.fixture
def ben(world: World) -> Browser:
    """Ben's browser."""
    return signed_in(world, BEN)


def test_what_will_change_is_shown_before_anything_does(world: World, ben: Browser) -> None:
    ben.open(lever(world, "move", SECOND, day="2026-03-29", at="07:00"))

    assert "Move the question to Monday 30 March 2026" in ben.text
    assert "Tue 24 March, 09:00 Mon 30 March, 09:00" in ben.text
    assert "Sun 29 March is no working day for Anna Berg, so it comes on the next one." in ben.text
    assert "07:00 is outside their working hours, so it comes at 09:00." in ben.text
    assert "Nobody gets a mail about this." in ben.text
    assert day_of(world, SECOND) == date(2026, 3, 24)
    assert changes(world) == 0


def test_a_move_is_done_once_however_often_the_button_is_pressed(world: World, ben: Browser) -> None:
    ben.open(lever(world, "move", SECOND, day="2026-03-30", at="09:00"))
    shown = ben.page

    confirm(ben)
    assert "Moved: question, from Tue 24 March to Mon 30 March, by Ben Okoro" in ben.text
    ben.page = shown
    confirm(ben)

    assert day_of(world, SECOND) == date(2026, 3, 30)
    assert changes(world) == 1


def test_a_move_is_taken_back_once_however_often_the_button_is_pressed(world: World, ben: Browser) -> None:
    ben.open(lever(world, "move", SECOND, day="2026-03-30", at="09:00"))
    confirm(ben)
    assert "You can still take this back:" in ben.text
    shown = ben.page

    ben.send(ben.action)
    assert "Taken back: everything is as it was before." in ben.text
    assert "Taken back: the new day, by Ben Okoro" in ben.text
    ben.page = shown
    ben.send(ben.action)

    assert "That has been taken back already." in ben.text
    assert day_of(world, SECOND) == date(2026, 3, 24)


def test_what_has_changed_since_it_was_shown_is_not_done(world: World, ben: Browser) -> None:
    ben.open(lever(world, "move", SECOND, day="2026-03-30", at="09:00"))
    shown = ben.page
    ben.open(lever(world, "move", SECOND, day="2026-04-01", at="09:00"))
    confirm(ben)
    ben.page = shown

    confirm(ben)

    assert "has changed meanwhile, so nothing was done" in ben.text
    assert day_of(world, SECOND) == date(2026, 4, 1)


def test_nothing_is_done_that_was_not_shown(world: World, ben: Browser) -> None:
    ben.open(lever(world, "pause", day="2026-03-25"))

    ben.send(f"/plans/{world.plan(ANNA)}/change/stop", reason="leave")

    assert "has changed meanwhile, so nothing was done" in ben.text
    assert state(world) == (PlanState.ACTIVE, None)


def test_a_pause_shows_the_days_after_it_and_goes_on(world: World, ben: Browser, time: Clock) -> None:
    ben.open(lever(world, "pause", day="2026-03-25"))
    assert "Pause until Wednesday 25 March 2026" in ben.text
    assert "Tue 24 March, 09:00 Tue 7 April, 09:00" in ben.text

    confirm(ben)
    assert "Paused until Wednesday 25 March 2026. Nothing is sent before that day." in ben.text
    assert state(world) == (PlanState.PAUSED, None)
    assert ben.open(lever(world, "pause", day="2026-03-25")).status_code == 200
    assert "only a running one can be paused" in ben.text

    time.now = ASKED + 2 * DAY
    ben = signed_in(world, BEN)
    ben.open(lever(world, "resume"))
    assert "Everything moves by the days of the pause" in ben.text
    confirm(ben)

    assert "It goes on" in ben.text
    assert day_of(world, SECOND) == date(2026, 3, 26)


@ON_ONE
@pytest.mark.parametrize("day", ["soon", "2026-03-01", "2031-01-01"])
def test_a_pause_wants_a_day_within_half_a_year_and_keeps_what_was_typed(
    world: World, ben: Browser, day: str
) -> None:
    page = ben.open(lever(world, "pause", day=day))

    assert page.status_code == 422
    assert f'value="{day}"' in page.text
    assert state(world) == (PlanState.ACTIVE, None)


def test_a_stop_says_what_is_left_out_and_is_taken_back(world: World, ben: Browser) -> None:
    world.place_meetings()
    world.invite_to_meetings()
    ben.open(lever(world, "stop"))
    assert "It is no black mark." in ben.text
    assert ben.open(lever(world, "stop", reason="erased")).status_code == 422  # only the program says so

    ben.open(lever(world, "stop", reason="leave"))
    assert "Question Tue 24 March, 09:00 left out" in ben.text
    assert "A cancellation takes the meeting off the calendars of Anna Berg and yourself." in ben.text
    assert "Calendars are told 3 minutes after you confirm." in ben.text
    confirm(ben)
    assert state(world) == (PlanState.STOPPED, StopReason.LEAVE)

    ben.send(ben.action)

    assert "Taken back" in ben.text
    assert state(world) == (PlanState.ACTIVE, None)
    with world.inside() as home:
        assert home.touchpoint(ANNA, SECOND).state is TouchpointState.PLANNED
        meeting = select(CheckIn.state).where(CheckIn.touchpoint_id == home.touchpoint(ANNA, MEETING).id)
        assert home.session.scalars(meeting).all() == [CheckInState.PLACED]
        cancelled = home.session.scalars(
            select(Message.state).where(Message.kind == MessageKind.CANCELLATION)
        ).all()
        assert set(cancelled) == {MessageState.CANCELLED}


def test_an_unanswered_question_gets_more_time_and_its_person_a_mail(
    world: World, ben: Browser, time: Clock
) -> None:
    time.now = ASKED + 17 * DAY
    with world.inside() as home:
        home.pass_time(time.now)
    ben = signed_in(world, BEN)
    ben.open(f"/plans/{world.plan(ANNA)}")
    assert "No answer came: question of Tue 10 March. We do not know why" in ben.text

    ben.open(lever(world, "more", FIRST))
    assert "It was due on Tuesday 10 March 2026." in ben.text
    ben.open(lever(world, "more", FIRST, day="2026-04-10"))
    assert "Anna Berg gets one mail with the question." in ben.text
    confirm(ben)

    assert "There is time until Friday 10 April 2026 now." in ben.text
    assert world.mails(ANNA, MessageKind.CURRENT_QUESTION) == 1
    with world.inside() as home:
        assert home.touchpoint(ANNA, FIRST).state is TouchpointState.OPEN


@ON_ONE
def test_more_time_for_a_managers_card_is_the_managers(world: World, time: Clock) -> None:
    time.now = CARD
    with world.inside() as home:
        home.pass_time(CARD)
    ben = signed_in(world, BEN)

    ben.open(lever(world, "more", "managers-card"))

    assert "Greta Wolf can answer it by the same mail." in ben.text


def test_a_follow_up_is_left_out_with_a_reason_from_the_list(world: World, ben: Browser) -> None:
    assert ben.open(lever(world, "skip", FIRST, reason="because")).status_code == 422

    ben.open(lever(world, "skip", FIRST, reason="away"))
    assert "excused: away from work at that time" in ben.text
    assert "Taken back before it leaves: reminder of an open question to Anna Berg" in ben.text
    confirm(ben)

    assert "Excused: question of Tue 10 March (away from work at that time), by Ben Okoro" in ben.text
    ben.open(lever(world, "skip", FIRST, reason="away"))
    assert "cannot be excused" in ben.text


def test_something_is_added_on_a_day_of_its_own_and_taken_back(world: World, ben: Browser) -> None:
    with world.inside() as home:
        step = str(home.touchpoint(ANNA, FIRST).step_id)
    ben.open(lever(world, "add"))
    assert "Question: How is it going?" in ben.text
    assert ben.open(lever(world, "add", day="2026-03-26", at="10:00")).status_code == 422

    ben.open(lever(world, "add", step=step, day="2026-03-26", at="10:00"))
    assert "Add a question on Thursday 26 March 2026" in ben.text
    assert "It counts like every other question." in ben.text
    confirm(ben)
    assert "Thursday 26 March 2026, 10:00 Question Why this day: added by the coach." in ben.text

    ben.send(ben.action)

    assert "Thursday 26 March 2026, 10:00" not in ben.text
    assert "Taken back: what was added" in ben.text


@ON_ONE
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("change/explode", 404),
        ("change/move?follow_up=2147483647", 404),
        ("change/move?follow_up=2147483647&day=2026-03-30&at=09:00", 404),
        ("change/skip", 200),  # back on the plan, with a sentence
        ("change/skip?follow_up=" + "9" * 30, 200),
        ("change/skip?follow_up=x&reason=away", 200),
    ],
)
def test_an_address_that_names_nothing_is_answered_kindly(
    world: World, ben: Browser, path: str, status: int
) -> None:
    assert ben.open(f"/plans/{world.plan(ANNA)}/{path}").status_code == status


@ON_ONE
@pytest.mark.parametrize("change", ["", "x", "0", "9999999999999"])
def test_what_was_never_decided_cannot_be_taken_back(world: World, ben: Browser, change: str) -> None:
    ben.open(lever(world, "pause", day="2026-03-25"))

    ben.send(f"/plans/{world.plan(ANNA)}/undo", change=change)

    assert "Choose what to take back." in ben.text


@ON_ONE
@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        ("prompt", "It asks for nothing, and is not counted."),
        (MEETING, "We look for 30 minutes that are free for both of you, near that day, and invite both."),
    ],
)
def test_what_is_added_says_what_it_means(world: World, ben: Browser, step: str, sentence: str) -> None:
    with world.inside() as home:
        step_id = str(home.touchpoint(ANNA, step).step_id)

    ben.open(lever(world, "add", step=step_id, day="2026-03-29", at="22:00"))

    assert sentence in ben.text
    assert "Sun 29 March is no working day for Anna Berg" in ben.text
    assert "22:00 is outside their working hours" in ben.text
    confirm(ben)
    assert "Added." in ben.text


@ON_ONE
def test_a_move_says_what_else_comes_on_that_day(world: World, ben: Browser) -> None:
    ben.open(lever(world, "move", SECOND, day="2026-04-07", at="09:00"))

    assert "On that day there is something else already: question." in ben.text


def test_leaving_out_the_last_one_says_that_the_follow_up_ends(world: World, time: Clock) -> None:
    time.now = ASKED + 60 * DAY
    with world.inside() as home:
        home.pass_time(time.now)
        last = home.touchpoint(ANNA, "third-question")
        last.state, last.settled_at = TouchpointState.OPEN, None
        plan = home.plan(ANNA)
        plan.state, plan.stop_reason = PlanState.ACTIVE, None
        home.session.commit()
    ben = signed_in(world, BEN)

    ben.open(lever(world, "skip", "third-question", reason="away"))
    assert "Nothing more is to come after this: the follow-up comes to its end." in ben.text
    confirm(ben)
    assert state(world) == (PlanState.STOPPED, StopReason.ENDED)

    ben.open(lever(world, "more", SECOND, day="2026-05-29"))
    assert "The follow-up runs again until this is settled." in ben.text


@ON_ONE
def test_what_was_stopped_offers_no_more_time(world: World, time: Clock) -> None:
    time.now = ASKED + 17 * DAY
    with world.inside() as home:
        home.pass_time(time.now)
    ben = signed_in(world, BEN)
    ben.open(f"/plans/{world.plan(ANNA)}")
    assert "/change/more" in ben.page.text
    with world.inside() as home:
        plans.stop(home.session, plan_id=home.plan(ANNA).id, reason=StopReason.ASKED, now=time.now)

    ben.open(f"/plans/{world.plan(ANNA)}")

    assert "No answer came: question of Tue 10 March" in ben.text
    assert "/change/more" not in ben.page.text
