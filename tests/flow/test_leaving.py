"""Whoever asks for no more mails gets none, in whatever state their follow-up is; endings stay answerable."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from coachfollow.config import Settings
from coachfollow.errors import Closed, NotFound
from coachfollow.flow import answers, commitments, plans
from coachfollow.queries import asked, links
from coachfollow.rules.asking import Answered
from coachfollow.rules.kinds import Applied, PlanState, StopReason, TouchpointState
from tests import house
from tests.flow.world import Stand
from tests.house import AFTER, DAY, House

ANNA = "anna@example.org"
SHORT = """\
key: short
languages: [en]
title: {en: A short one}
why: {en: Because it helps.}
sponsor:
  name: Ruth Adeyemi
  words: {en: Please do.}
themes:
  clarity: {en: Clear words}
steps:
  - key: plan
    kind: commitment
    when: {days: 0}
    at: "17:00"
    texts:
      en: {subject: Your plan, body: Say what you will do.}
  - key: half-a-year-later
    kind: unprompted_check
    when: {days: 180}
    open_days: 14
    texts:
      en: {subject: One last question, question: "Do you still do it?", body: "{{commitment}}"}
"""
IN_AUTUMN = AFTER + 181 * DAY


def anna_takes_a_short_programme(home: House) -> None:
    """Anna takes a programme of one sentence, and one question half a year later."""
    home.publish(SHORT)
    home.attend(home.group(programme="short"), f"Anna Berg <{ANNA}>\n")
    home.pass_time(AFTER + DAY)


@pytest.fixture
def home(stand: Stand) -> House:
    return stand(anna_takes_a_short_programme)


def leave(home: House, now: datetime) -> None:
    plans.leave(home.session, plan_id=home.plan(ANNA).id, reason=StopReason.ASKED, now=now)


def test_a_running_follow_up_stops(home: House) -> None:
    leave(home, AFTER + 2 * DAY)

    assert (home.plan(ANNA).state, home.plan(ANNA).stop_reason) == (PlanState.STOPPED, StopReason.ASKED)


def test_a_finished_one_stays_finished_and_sends_no_last_question(home: House) -> None:
    home.commit_to(ANNA, "a guest complains", "listen first", now=AFTER + DAY)
    assert home.plan(ANNA).state is PlanState.FINISHED

    leave(home, AFTER + 2 * DAY)

    assert home.plan(ANNA).state is PlanState.FINISHED
    assert home.touchpoint(ANNA, "half-a-year-later").state is TouchpointState.CANCELLED


def test_leaving_twice_is_no_trouble(home: House) -> None:
    leave(home, AFTER + 2 * DAY)
    leave(home, AFTER + 3 * DAY)

    assert home.plan(ANNA).state is PlanState.STOPPED


def test_a_follow_up_that_ended_below_its_bar_takes_the_answer_to_its_last_question(home: House) -> None:
    home.pass_time(IN_AUTUMN)
    assert (home.plan(ANNA).state, home.plan(ANNA).stop_reason) == (PlanState.STOPPED, StopReason.ENDED)
    last = home.touchpoint(ANNA, "half-a-year-later")
    assert last.state is TouchpointState.OPEN
    plan_id, person_id = home.plan(ANNA).id, home.person(ANNA)
    found = links.current_question(home.session, plan_id=plan_id, person_id=person_id, now=IN_AUTUMN)
    assert found == last.id
    question = asked.asked(home.session, touchpoint_id=last.id, recipient_id=person_id)
    assert question.takes_answer(IN_AUTUMN)

    said = Answered(applied=Applied.AS_INTENDED)
    home.answer(ANNA, "half-a-year-later", said, now=IN_AUTUMN)

    assert home.touchpoint(ANNA, "half-a-year-later").state is TouchpointState.COMPLETED


def test_a_follow_up_somebody_stopped_takes_no_answer(home: House) -> None:
    leave(home, AFTER + DAY)

    with pytest.raises(Closed):
        home.commit_to(ANNA, "a guest complains", "listen first", now=AFTER + DAY)


def test_a_reason_that_is_left_out_later_stays_as_it_was(home: House) -> None:
    home.answer(
        ANNA,
        "plan",
        Answered(situation="a guest complains", action="listen", reason="they pay us"),
        now=AFTER + DAY,
    )
    plan_id = home.plan(ANNA).id
    commitments.change(
        home.session,
        plan_id=plan_id,
        answered=Answered(situation="a guest complains", action="listen first"),
        now=AFTER + 2 * DAY,
    )

    plan = asked.own_plan(home.session, plan_id=plan_id)
    assert plan is not None
    assert (plan.version, plan.action, plan.reason) == (2, "listen first", "they pay us")


def test_a_meeting_is_not_answered_by_a_link(session: Session, settings: Settings) -> None:
    home = house.open_house(session, settings)
    home.attend(home.group(coaches=["ben@example.org"]), f"Anna Berg <{ANNA}>\n")
    home.pass_time(AFTER + 15 * DAY)
    meeting = home.touchpoint(ANNA, "meeting")
    assert meeting.state is TouchpointState.OPEN

    with pytest.raises(NotFound):
        answers.record(
            session,
            touchpoint_id=meeting.id,
            person_id=home.person(ANNA),
            answered=Answered(outcome="We met."),
            now=AFTER + 15 * DAY,
        )
