"""Answers change what comes as the programme says: once, and undone by the coach or a corrected answer."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select, update

from coachfollow.errors import Conflict
from coachfollow.flow import changing, undoing
from coachfollow.models import Adaptation, CheckIn, Event, Message, PlanChange
from coachfollow.queries import adapted, personal, timelines
from coachfollow.queries.adapted import Adapted
from coachfollow.rules.adjusting import MOVED, UNSENT
from coachfollow.rules.asking import Answered
from coachfollow.rules.kinds import (
    Applied,
    Barrier,
    Cause,
    ChangeKind,
    CheckInState,
    MessageKind,
    MessageState,
    TouchpointState,
)
from coachfollow.rules.levers import Meet
from tests.databases import statements
from tests.flow.post_office import PostOffice
from tests.flow.world import AFTER, DAY, MOMENTS, PLAN_FIRST, Stand, World

ANNA, BEN, COACH = "anna@example.org", "ben@example.org", "coach@example.org"
ASKED = AFTER + 8 * DAY  # Wednesday, 11 March; the question came on the tenth
QUESTION = """\
  - key: {key}
    kind: reflection
    when: {{days: {days}}}
    texts:
      en: {{subject: "{key}", question: "Did you do it?", body: Look back.}}
      de: {{subject: "{key}", question: "Hast du es getan?", body: Schau zurück.}}
"""
RULES = """\
adapt:
  no_opportunity: {later_days: 7}
  barrier: {check_in_within_days: 4}
  as_intended: {in_a_row: 2, later_days: 14}
"""
ADAPTING = "".join([MOMENTS, *(QUESTION.format(key=f"day-{n}", days=n) for n in (10, 30, 50, 70)), RULES])

NO_OPPORTUNITY = Answered(applied=Applied.NO_OPPORTUNITY)
HINDERED = Answered(applied=Applied.NOT_YET, barrier=Barrier.MANAGER)
DONE = Answered(applied=Applied.AS_INTENDED)


def anna_is_asked(world: World) -> None:
    """Anna and Ben have been trained in a programme that adapts, and asked how it goes; Carla coaches them."""
    world.person(COACH, name="Carla Coach")
    world.publish(ADAPTING)
    world.bring_in(world.open_group(coaches=[COACH]), f"Anna Berg <{ANNA}>\nBen Arndt <{BEN}>\n")
    world.open_mails(ASKED)


ON_ONE = pytest.mark.parametrize("ground", ["sqlite"], indirect=True)


@pytest.fixture
def trained(stand: Stand) -> World:
    return stand(anna_is_asked)


def answer(world: World, said: Answered, *, step: str = "asked", days: int = 0) -> None:
    world.answer(ANNA, step, said, now=ASKED + days * DAY)


def undo(world: World, change_id: int, *, days: int = 0) -> None:
    undoing.undo(
        world.session,
        plan_id=world.plan(ANNA).id,
        change_id=change_id,
        now=ASKED + days * DAY,
        actor_id=world.person(COACH),
    )


def causes(world: World) -> list[Cause]:
    return list(world.session.scalars(select(Adaptation.cause).order_by(Adaptation.change_id)))


def found_of(world: World) -> Sequence[Adapted]:
    plan_id = world.plan(ANNA).id
    dates = timelines.dates(world.session, plan_id=plan_id)
    return adapted.of_plan(world.session, plan_id=plan_id, dates=dates, now=ASKED)


def change_id(world: World) -> int:
    (one,) = found_of(world)
    return one.change_id


def days(world: World, *steps: str) -> list[int]:
    """How many days after the answer each comes."""
    return [(world.touchpoint(ANNA, step).local_date - ASKED.date()).days for step in steps]


def test_without_an_opportunity_the_next_question_comes_later_and_nothing_else_moves(trained: World) -> None:
    was = days(trained, "talk", "day-30", "day-50", "day-70", "last-nudge", "half-a-year-later")

    answer(trained, NO_OPPORTUNITY)

    assert days(trained, "day-10") == [7]
    assert trained.touchpoint(ANNA, "day-10").why == MOVED
    assert days(trained, "talk", "day-30", "day-50", "day-70", "last-nudge", "half-a-year-later") == was
    assert causes(trained) == [Cause.NO_OPPORTUNITY]
    assert trained.events("follow-up adapted") == 1


@ON_ONE
def test_where_the_next_question_is_far_the_same_is_asked_once_more_instead_of_a_reminder(
    trained: World, office: PostOffice
) -> None:
    answer(trained, NO_OPPORTUNITY)
    trained.live(ASKED + 22 * DAY, since=ASKED)  # the question of day 30 has come
    answer(trained, NO_OPPORTUNITY, step="day-30", days=23)

    trained.live(ASKED + 33 * DAY, since=ASKED + 23 * DAY)

    assert trained.touchpoint(ANNA, "last-nudge").state_reason == UNSENT
    assert [mail["Subject"] for mail in office.to(ANNA)].count("day-30") == 2
    assert not {"One last time", PLAN_FIRST} & {mail["Subject"] for mail in office.to(ANNA)}
    assert trained.states(ANNA)["day-50"] is TouchpointState.PLANNED


def test_a_barrier_brings_the_meeting_forward(trained: World) -> None:
    answer(trained, HINDERED)

    assert days(trained, "talk") == [2]
    assert causes(trained) == [Cause.BARRIER]


@ON_ONE
def test_two_in_a_row_as_intended_stretch_what_comes(trained: World) -> None:
    answer(trained, DONE)
    trained.live(ASKED + 3 * DAY, since=ASKED)
    assert causes(trained) == []

    answer(trained, DONE, step="day-10", days=4)

    assert causes(trained) == [Cause.AS_INTENDED]
    assert days(trained, "day-30") == [30]  # a Friday: the reminder comes on Monday


@ON_ONE
def test_it_is_written_down_with_its_cause_apart_from_what_everybody_reads(trained: World) -> None:
    answer(trained, NO_OPPORTUNITY)

    (change,) = trained.session.scalars(select(PlanChange)).all()
    (written,) = trained.session.scalars(select(Event).where(Event.name == "follow-up adapted")).all()
    assert (change.kind, change.actor_id) == (ChangeKind.ADAPTED, None)
    assert written.touchpoint_id == trained.touchpoint(ANNA, "day-10").id
    assert Cause.NO_OPPORTUNITY.value not in written.facts + change.facts


@ON_ONE
def test_the_coach_undoes_it_days_later_and_the_same_answer_does_not_do_it_again(trained: World) -> None:
    was = days(trained, "talk")
    answer(trained, HINDERED)

    undo(trained, change_id(trained), days=1)
    answer(trained, HINDERED, days=1)

    assert days(trained, "talk") == was
    assert [one.is_undone for one in found_of(trained)] == [True]
    assert trained.events("change undone") == 1


@ON_ONE
def test_what_would_be_due_at_once_cannot_be_undone(trained: World) -> None:
    answer(trained, NO_OPPORTUNITY)

    with pytest.raises(Conflict, match="The day it had before has passed"):
        undo(trained, change_id(trained), days=4)


def test_a_corrected_answer_takes_back_what_it_had_moved(trained: World) -> None:
    was = days(trained, "day-10")
    answer(trained, NO_OPPORTUNITY)

    answer(trained, Answered(applied=Applied.PARTLY))
    assert days(trained, "day-10") == was

    answer(trained, NO_OPPORTUNITY)
    assert days(trained, "day-10") == [7]


@ON_ONE
def test_the_same_answer_twice_adapts_once(trained: World) -> None:
    answer(trained, NO_OPPORTUNITY)
    answer(trained, NO_OPPORTUNITY)

    assert causes(trained) == [Cause.NO_OPPORTUNITY]


@ON_ONE
def test_only_its_own_plan_adapts(trained: World) -> None:
    was = trained.touchpoint(BEN, "day-10").local_date
    answer(trained, NO_OPPORTUNITY)

    assert trained.touchpoint(BEN, "day-10").local_date == was


@ON_ONE
def test_a_meeting_that_is_very_far_leaves_both_calendars_a_day_later_and_comes_back_with_an_undo(
    trained: World,
) -> None:
    talk, far = trained.touchpoint(ANNA, "talk").id, ASKED + 20 * DAY
    changing.carry_out(
        trained.session,
        plan_id=trained.plan(ANNA).id,
        lever=Meet(follow_up=talk, starts_at=far),
        now=ASKED,
        actor_id=trained.person(COACH),
    )
    trained.session.execute(update(Message).values(state=MessageState.SENT, settled_at=ASKED))
    trained.session.commit()
    meeting = trained.session.scalars(select(CheckIn).where(CheckIn.touchpoint_id == talk)).one()

    answer(trained, HINDERED)
    assert (meeting.state, meeting.reason) == (CheckInState.UNPLACED, None)
    assert days(trained, "talk") == [2]
    assert {mail.send_at for mail in trained.mails(kind=MessageKind.CANCELLATION)} == {ASKED + DAY}

    undo(trained, change_id(trained))
    trained.session.refresh(meeting)
    assert (meeting.state, meeting.starts_at) == (CheckInState.PLACED, far)
    assert {mail.state for mail in trained.mails(kind=MessageKind.CANCELLATION)} == {MessageState.CANCELLED}


@ON_ONE
def test_what_is_told_to_somebody_of_their_own_rows_holds_why(trained: World) -> None:
    answer(trained, HINDERED)

    own = personal.rows(trained.session, person_id=trained.person(ANNA))
    assert [row["cause"] for row in own["adaptations"]] == [Cause.BARRIER]
    assert [(row["barrier"], row["owner_id"]) for row in own["blockers"]] == [
        (Barrier.MANAGER, trained.person(COACH))
    ]
    assert "adaptations" not in personal.rows(trained.session, person_id=trained.person(COACH))


@ON_ONE
def test_an_answer_stays_a_few_statements(trained: World) -> None:
    with statements() as plain:
        answer(trained, Answered(applied=Applied.PARTLY))
    with statements() as adapted_to:
        answer(trained, NO_OPPORTUNITY)

    assert causes(trained) == [Cause.NO_OPPORTUNITY]
    assert len(adapted_to) <= len(plain) + 18
