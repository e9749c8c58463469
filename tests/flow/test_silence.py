"""Whoever leaves two questions unanswered is reminded no more, until they are back; nothing unsent is counted."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from coachfollow.flow import commitments, opening, silences
from coachfollow.models import FollowUpPlan, Message, Touchpoint
from coachfollow.queries import coached
from coachfollow.rules.adapting import UNREMINDED
from coachfollow.rules.asking import Answered
from coachfollow.rules.attention import Need
from coachfollow.rules.kinds import (
    Applied,
    MessageKind,
    MessageState,
    PlanState,
    StepKind,
    StopReason,
    TouchpointState,
)
from tests.flow.post_office import PostOffice
from tests.flow.world import AFTER, DAY, MOMENTS, PLAN_FIRST, Stand, World

ANNA, COACH = "anna@example.org", "coach@example.org"

# the plan closes after a fortnight, the first question after three weeks
SILENT = AFTER + 24 * DAY
LATER = """\
  - key: later
    kind: reflection
    when: {days: 50}
    reminders: [2]
    texts:
      en: {subject: And now, question: "Did you do it?", body: Look back.}
      de: {subject: Und jetzt, question: "Hast du es getan?", body: Schau zurück.}
adapt: {silent_after: 2}
"""


def anna_may_fall_silent(world: World) -> None:
    """Anna has been trained, in a programme that reminds nobody after two unanswered questions."""
    world.person(COACH, name="Carla Coach")
    world.publish(MOMENTS + LATER)
    world.bring_in(world.open_group(coaches=[COACH]), "Anna Berg <anna@example.org>\n")


def anna_is_silent(world: World) -> None:
    """Her plan and the first question arrived, and were not answered."""
    anna_may_fall_silent(world)
    world.open_mails(AFTER + 8 * DAY)
    world.session.execute(update(Message).values(state=MessageState.SENT, settled_at=AFTER + 8 * DAY))
    world.session.commit()
    opening.close_due(world.session, now=SILENT)


@pytest.fixture
def trained(stand: Stand) -> World:
    return stand(anna_may_fall_silent)


@pytest.fixture
def silent(stand: Stand) -> World:
    return stand(anna_is_silent)


def answer(world: World, step: str, *, now: timedelta) -> None:
    said = Answered(applied=Applied.PARTLY, situation="A guest waits", action="ask what they need")
    world.answer(ANNA, step, said, now=AFTER + now)


def test_two_unanswered_questions_end_the_reminders_and_not_the_questions(
    silent: World, office: PostOffice
) -> None:
    reminded = len(silent.mails(to=ANNA, kind=MessageKind.REMINDER))

    silent.live(AFTER + 60 * DAY, since=SILENT)

    assert silent.plan(ANNA).silent_since is not None
    assert silent.states(ANNA)["last-nudge"] is TouchpointState.EXCUSED
    assert silent.states(ANNA)["later"] is TouchpointState.OPEN
    assert office.to(ANNA)[-1]["Subject"] == "And now"
    assert len(silent.mails(to=ANNA, kind=MessageKind.REMINDER)) == reminded
    assert silent.events("reminders rest") == 1


def test_a_prompt_that_was_not_sent_says_so_and_counts_as_nothing(silent: World) -> None:
    silent.live(AFTER + 45 * DAY, since=SILENT)

    prompt = silent.touchpoint(ANNA, "last-nudge")
    assert (prompt.state_reason, prompt.outcome) == (UNREMINDED, None)
    assert prompt.settled_at is not None


def test_the_coach_gets_one_line_however_long_it_lasts(silent: World) -> None:
    silent.live(AFTER + 60 * DAY, since=SILENT)

    (anna,) = coached.my_people(silent.session, coach_id=silent.person(COACH), now=AFTER + 60 * DAY)
    told = [one.need for one in anna.reasons]
    assert (told.count(Need.SILENT), told.count(Need.MISSED_TWICE)) == (1, 0)
    assert silent.events("reminders rest") == 1


def test_any_answer_brings_the_reminders_back(silent: World) -> None:
    silent.live(AFTER + 51 * DAY, since=SILENT)

    answer(silent, "later", now=52 * DAY)

    plan = silent.plan(ANNA)
    assert (plan.silent_since, plan.back_at) == (None, AFTER + 52 * DAY)
    assert silent.events("reminders go on") == 1


def test_whoever_says_so_is_reminded_of_what_lies_ahead_and_of_nothing_that_was(
    silent: World, office: PostOffice
) -> None:
    before = len(office.to(ANNA))
    silences.come_back(
        silent.session, plan_id=silent.plan(ANNA).id, now=SILENT + DAY, actor_id=silent.person(ANNA)
    )

    silent.live(AFTER + 57 * DAY, since=SILENT + DAY)

    assert [mail["Subject"] for mail in office.to(ANNA)[before:]] == [
        PLAN_FIRST,
        "And now",
        "Reminder: And now",
    ]
    assert (
        coached.my_people(silent.session, coach_id=silent.person(COACH), now=SILENT + 2 * DAY)[0].reasons
        == ()
    )


def test_a_plan_in_own_words_is_an_answer(silent: World) -> None:
    said = Answered(situation="A guest waits", action="ask what they need")
    commitments.change(silent.session, plan_id=silent.plan(ANNA).id, answered=said, now=SILENT + DAY)

    assert silent.plan(ANNA).silent_since is None


def test_one_answer_between_two_misses_is_no_silence(trained: World) -> None:
    trained.live(AFTER + 8 * DAY)
    answer(trained, "plan", now=9 * DAY)

    trained.live(SILENT, since=AFTER + 9 * DAY)

    assert trained.states(ANNA)["asked"] is TouchpointState.MISSED
    assert trained.plan(ANNA).silent_since is None


def test_a_prompt_that_has_not_left_when_the_silence_begins_is_not_claimed_to_be_sent(silent: World) -> None:
    awake = silent.plan(ANNA).id
    silences.come_back(silent.session, plan_id=awake, now=SILENT + DAY, actor_id=silent.person(ANNA))
    due = silent.touchpoint(ANNA, "last-nudge").due_at
    silent.open_mails(due)  # it waits in the outbox
    plan = silent.session.get_one(FollowUpPlan, awake)
    plan.back_at = None  # and both misses count again

    silences.fall(silent.session, plan_ids=[awake], now=due)
    silent.session.commit()

    assert silent.states(ANNA)["last-nudge"] is TouchpointState.EXCUSED
    (*_, prompt) = silent.mails(to=ANNA, kind=MessageKind.PROMPT)
    assert (prompt.state, prompt.reason) == (MessageState.CANCELLED, UNREMINDED)


def test_a_reminder_that_was_not_sent_ends_the_follow_up_if_nothing_else_is_to_come(trained: World) -> None:
    last = trained.touchpoint(ANNA, "last-nudge").id
    trained.session.execute(update(FollowUpPlan).values(silent_since=AFTER))
    others = (Touchpoint.id != last) & (Touchpoint.kind != StepKind.UNPROMPTED)
    trained.session.execute(update(Touchpoint).where(others).values(state=TouchpointState.MISSED))
    trained.session.commit()

    trained.open_mails(AFTER + 41 * DAY)

    assert trained.standing(ANNA) == (PlanState.STOPPED, StopReason.ENDED)
