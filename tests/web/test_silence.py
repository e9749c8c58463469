"""A silence on the pages: its person and their coach see it, and either ends it; nobody else is offered that."""

import pytest

from coachfollow.flow import silences
from coachfollow.models import FollowUpPlan, ProgrammeVersion
from coachfollow.rules.kinds import MessageKind, TouchpointState
from tests.house import DAY
from tests.web.browsers import Browser
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, ASKED, BEN, GRETA, LENA, ON_ONE, World

pytestmark = ON_ONE


@pytest.fixture
def silent(world: World) -> World:
    """Anna has left two questions unanswered where nothing reminds after two; a reminder would come."""
    with world.inside() as home:
        plan = home.session.get_one(FollowUpPlan, home.plan(ANNA).id)
        home.session.get_one(ProgrammeVersion, plan.programme_version_id).silent_after = 2
        for step in ("plan", "first-question"):
            question = home.touchpoint(ANNA, step)
            question.state, question.settled_at = TouchpointState.MISSED, ASKED
        reminder = home.touchpoint(ANNA, "prompt")
        reminder.state, reminder.due_at = TouchpointState.PLANNED, reminder.due_at + 14 * DAY
        reminder.local_date += 14 * DAY
        home.session.flush()
        silences.fall(home.session, plan_ids=[plan.id], now=ASKED)
        home.session.commit()
    return world


def is_silent(world: World) -> bool:
    with world.inside() as home:
        return home.plan(ANNA).silent_since is not None


def test_my_plan_says_what_the_programme_does_if_nobody_answers(world: World, browser: Browser) -> None:
    with world.inside() as home:
        home.session.get_one(ProgrammeVersion, home.plan(ANNA).programme_version_id).silent_after = 2
        home.session.commit()

    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])

    assert "If 2 questions in a row go unanswered, reminders stop by themselves" in browser.text
    assert "Remind me again" not in browser.text


def test_whoever_fell_silent_reads_so_and_is_back_with_one_press(silent: World, browser: Browser) -> None:
    browser.open(silent.links(ANNA, MessageKind.REFLECTION)["p"])
    assert "No reminders since Wednesday 11 March 2026" in browser.text
    assert "Not sent before I am back." in browser.text

    browser.send(f"/my-plan/{silent.plan(ANNA)}/remind")

    assert "Good to have you back." in browser.text
    assert "No reminders since" not in browser.text
    assert not is_silent(silent)


def test_the_coach_reads_one_line_and_can_let_reminders_go_on(silent: World) -> None:
    ben = signed_in(silent, BEN)
    ben.open("/coach")
    assert ben.text.count("2 questions in a row went unanswered, so no reminders are sent any more.") == 1
    ben.open(f"/plans/{silent.plan(ANNA)}")
    assert "No reminders since Wednesday 11 March 2026." in ben.text

    assert ben.text.count("Not sent before they are back.") == 1  # the one reminder of the plan still to come

    ben.send(f"/plans/{silent.plan(ANNA)}/remind")

    assert "Reminders go on with what lies ahead." in ben.text
    assert "Reminders go on, by Ben Okoro" in ben.text
    assert not is_silent(silent)
    ben.open("/coach")
    assert "went unanswered" not in ben.text


def test_a_coach_who_adds_a_reminder_in_a_silence_is_told_that_it_would_not_be_sent(silent: World) -> None:
    with silent.inside() as home:
        step = home.touchpoint(ANNA, "prompt").step_id
    ben = signed_in(silent, BEN)

    ben.open(f"/plans/{silent.plan(ANNA)}/change/add", step=str(step), day="2026-03-19", at="09:00")

    assert "No reminders are sent to Anna Berg now, and not this one either" in ben.text


@pytest.mark.parametrize("person", [GRETA, LENA])
def test_manager_and_lnd_see_how_it_stands_and_end_nothing(silent: World, person: str) -> None:
    browser = signed_in(silent, person)

    browser.open(f"/plans/{silent.plan(ANNA)}")

    assert "No reminders since" in browser.text
    assert "Let reminders go on" not in browser.text


def test_a_meeting_held_in_a_silence_shortens_no_row_of_unanswered_questions(silent: World) -> None:
    with silent.inside() as home:
        meeting = home.touchpoint(ANNA, "meeting")
        meeting.state, meeting.settled_at = TouchpointState.COMPLETED, ASKED
        first, last = home.touchpoint(ANNA, "plan"), home.touchpoint(ANNA, "first-question")
        meeting.due_at = first.due_at + (last.due_at - first.due_at) / 2
        home.session.commit()
    ben = signed_in(silent, BEN)

    ben.open("/coach")

    assert "2 questions in a row went unanswered, so no reminders are sent any more." in ben.text
