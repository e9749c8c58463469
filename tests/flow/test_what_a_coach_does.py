"""What a coach does with one plan: moves and marks meetings, excuses a follow-up, reads what was shared."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.config import Settings
from coachfollow.errors import Conflict, Invalid, Refusal
from coachfollow.flow import changing, coaching, placing, plans, undoing
from coachfollow.models import CheckIn, Event, Message, Person, PlanChange, Touchpoint
from coachfollow.queries import coached, shared
from coachfollow.rules.attention import Need
from coachfollow.rules.excuses import Excuse
from coachfollow.rules.kinds import (
    Barrier,
    CheckInState,
    MessageKind,
    MessageState,
    PlanState,
    StepKind,
    StopReason,
    TouchpointState,
)
from coachfollow.rules.levers import Skip
from tests import house
from tests.house import AFTER, DAY, House

ANNA = "anna@example.org"
COACH = "coach@example.org"
MEETING = datetime(2026, 3, 17, 9, 0, tzinfo=AFTER.tzinfo)  # two weeks after the training, ten in Berlin


@pytest.fixture
def home(session: Session, settings: Settings) -> House:
    """A house where Anna has a coach without bookable hours."""
    home = house.open_house(session, settings)
    home.person(COACH, name="Carla Coach")
    home.attend(home.group(coaches=[COACH]), "Anna Berg <anna@example.org>\n")
    return home


def check_in(home: House) -> CheckIn:
    return home.session.scalars(select(CheckIn).execution_options(populate_existing=True)).one()


def invitations(home: House) -> list[tuple[int, MessageState]]:
    rows = home.session.execute(
        select(Message.n, Message.state)
        .join(Person, Person.id == Message.person_id)
        .where(Message.kind == MessageKind.INVITATION, Person.email == ANNA)
        .order_by(Message.n)
    )
    return [(n, state) for n, state in rows]


def arrange(home: House, starts_at: datetime, *, now: datetime = AFTER) -> None:
    home.arrange(ANNA, starts_at, by=COACH, now=now)


def report(home: House, *, held: bool, outcome: str, now: datetime) -> None:
    home.report(ANNA, outcome, by=COACH, held=held, now=now)


def skip(home: House, step: str, excuse: Excuse, *, now: datetime) -> None:
    touchpoint = home.touchpoint(ANNA, step)
    changing.carry_out(
        home.session,
        plan_id=touchpoint.plan_id,
        lever=Skip(follow_up=touchpoint.id, excuse=excuse),
        now=now,
        actor_id=home.person(COACH),
    )


def needs(home: House, now: datetime) -> list[Need]:
    mine = coached.my_people(home.session, coach_id=home.person(COACH), now=now)
    return [reason.need for reason in mine[0].reasons]


def test_a_meeting_without_a_time_gets_one_with_the_coachs_link(home: House) -> None:
    placing.place_due(home.session, now=AFTER)
    home.bookable(COACH)

    arrange(home, MEETING)

    meeting = check_in(home)
    assert (meeting.state, meeting.starts_at, meeting.reason) == (CheckInState.PLACED, MEETING, None)
    assert meeting.link == "https://meet.example.org/coach"
    assert [state for _, state in invitations(home)] == [MessageState.QUEUED]


def test_a_meeting_that_no_one_has_looked_for_yet_gets_a_time_as_well(home: House) -> None:
    arrange(home, MEETING)

    assert check_in(home).starts_at == MEETING


def test_a_moved_meeting_replaces_the_invitation_that_has_not_left(home: House) -> None:
    arrange(home, MEETING)
    arrange(home, MEETING + timedelta(hours=2))

    assert [state for _, state in invitations(home)] == [MessageState.CANCELLED, MessageState.QUEUED]
    assert home.touchpoint(ANNA, "meeting").due_at == MEETING + timedelta(hours=2)


def test_an_open_meeting_that_is_moved_ahead_is_planned_again(home: House) -> None:
    arrange(home, MEETING)
    home.pass_time(MEETING + DAY)
    assert home.touchpoint(ANNA, "meeting").state is TouchpointState.OPEN

    arrange(home, MEETING + 2 * DAY, now=MEETING + DAY)

    assert home.touchpoint(ANNA, "meeting").state is TouchpointState.PLANNED


def test_a_meeting_of_a_stopped_plan_cannot_be_moved(home: House) -> None:
    arrange(home, MEETING)
    plans.stop(home.session, plan_id=home.plan(ANNA).id, reason=StopReason.ASKED, now=AFTER)

    with pytest.raises(Conflict):
        arrange(home, MEETING + DAY)

    assert check_in(home).state is CheckInState.CANCELLED


def test_a_meeting_to_come_cannot_be_marked(home: House) -> None:
    arrange(home, MEETING)

    with pytest.raises(Conflict):
        report(home, held=True, outcome="It went well.", now=MEETING - DAY)

    assert check_in(home).state is CheckInState.PLACED


def test_a_meeting_that_was_held_completes_its_follow_up(home: House) -> None:
    arrange(home, MEETING)

    report(home, held=True, outcome="We found the next step.", now=MEETING + DAY)

    touchpoint = home.touchpoint(ANNA, "meeting")
    assert touchpoint.state is TouchpointState.COMPLETED
    assert shared.outcomes(home.session, plan_id=touchpoint.plan_id) == {
        touchpoint.id: "We found the next step."
    }


def test_a_call_that_never_had_a_time_can_be_marked(home: House) -> None:
    report(home, held=True, outcome="A short call.", now=AFTER + DAY)

    assert home.touchpoint(ANNA, "meeting").state is TouchpointState.COMPLETED


def test_a_meeting_cannot_be_marked_twice(home: House) -> None:
    arrange(home, MEETING)
    report(home, held=True, outcome="Once.", now=MEETING + DAY)

    with pytest.raises(Conflict):
        report(home, held=False, outcome="Twice.", now=MEETING + DAY)


def test_a_meeting_whose_time_for_marking_is_over_stays_missed(home: House) -> None:
    arrange(home, MEETING)
    home.pass_time(MEETING + 16 * DAY)

    with pytest.raises(Refusal):
        report(home, held=True, outcome="It did take place.", now=MEETING + 16 * DAY)

    assert home.touchpoint(ANNA, "meeting").state is TouchpointState.MISSED


def newest(home: House) -> int:
    """The newest decision about Anna's plan."""
    return home.session.scalars(select(PlanChange.id).order_by(PlanChange.id.desc())).all()[0]


def take_back(home: House, *, now: datetime) -> None:
    undoing.undo(
        home.session,
        plan_id=home.plan(ANNA).id,
        change_id=newest(home),
        now=now,
        actor_id=home.person(COACH),
    )


@pytest.mark.parametrize(
    ("said", "sentence", "then"),
    [
        (CheckInState.HELD, "We found the next step.", CheckInState.NOT_HELD),  # the sentence goes as well
        (CheckInState.NOT_HELD, "", CheckInState.HELD),
    ],
)
def test_a_mistaken_mark_is_taken_back_within_a_day(
    home: House, said: CheckInState, sentence: str, then: CheckInState
) -> None:
    arrange(home, MEETING)
    home.pass_time(MEETING + timedelta(hours=1))
    report(home, held=said is CheckInState.HELD, outcome=sentence, now=MEETING + timedelta(hours=1))

    take_back(home, now=MEETING + DAY)

    touchpoint, meeting = home.touchpoint(ANNA, "meeting"), check_in(home)
    assert (touchpoint.state, touchpoint.settled_at) == (TouchpointState.OPEN, None)
    assert (meeting.state, meeting.starts_at, meeting.outcome) == (CheckInState.PLACED, MEETING, None)
    assert Need.MARK_MEETING in needs(home, MEETING + DAY)
    report(home, held=then is CheckInState.HELD, outcome="Now it is right.", now=MEETING + DAY)
    assert check_in(home).state is then


def test_a_mark_is_not_taken_back_a_day_later(home: House) -> None:
    arrange(home, MEETING)
    report(home, held=True, outcome="We met.", now=MEETING + DAY)

    with pytest.raises(Conflict, match="too long ago"):
        take_back(home, now=MEETING + 3 * DAY)

    assert check_in(home).state is CheckInState.HELD


def test_a_follow_up_that_a_mark_has_finished_runs_again(home: House) -> None:
    arrange(home, MEETING)
    open_to_the_last(home)
    report(home, held=True, outcome="We met.", now=MEETING + DAY)
    assert home.plan(ANNA).state not in {PlanState.ACTIVE, PlanState.PAUSED}

    take_back(home, now=MEETING + DAY + timedelta(hours=1))

    assert (home.plan(ANNA).state, home.plan(ANNA).stop_reason) == (PlanState.ACTIVE, None)


def open_to_the_last(home: House) -> None:
    """Leave everything of Anna's plan out but her meeting."""
    rows = home.session.scalars(
        select(Touchpoint).where(
            Touchpoint.plan_id == home.plan(ANNA).id, Touchpoint.kind != StepKind.CHECK_IN
        )
    )
    for one in rows:
        one.state, one.settled_at = TouchpointState.EXCUSED, AFTER
    home.session.commit()


def test_held_wants_one_sentence(home: House) -> None:
    with pytest.raises(Invalid):
        report(home, held=True, outcome="  ", now=AFTER + DAY)


def test_an_excused_follow_up_sends_nothing_more(home: House) -> None:
    home.pass_time(AFTER + 8 * DAY)
    question = home.touchpoint(ANNA, "first-question")

    skip(home, "first-question", Excuse.AWAY, now=AFTER + 8 * DAY)

    assert (question.state, question.state_reason) == (TouchpointState.EXCUSED, Excuse.AWAY.words)
    states = home.session.scalars(select(Message.state).where(Message.touchpoint_id == question.id))
    assert set(states) == {MessageState.CANCELLED}


def test_an_excused_meeting_leaves_both_calendars(home: House) -> None:
    arrange(home, MEETING)

    skip(home, "meeting", Excuse.NO_OCCASION, now=AFTER)

    assert check_in(home).state is CheckInState.CANCELLED
    assert [state for _, state in invitations(home)] == [MessageState.CANCELLED]


def test_what_was_answered_cannot_be_excused(home: House) -> None:
    home.pass_time(AFTER + 8 * DAY)
    home.reflect(ANNA, "first-question", now=AFTER + 8 * DAY)

    with pytest.raises(Conflict):
        skip(home, "first-question", Excuse.AWAY, now=AFTER + 8 * DAY)


def test_a_barrier_asks_for_the_coach_until_it_was_read(home: House) -> None:
    now = AFTER + 8 * DAY
    home.pass_time(now)
    home.commit_to(ANNA, "somebody calls", "listen first", now=now)
    home.reflect(ANNA, "first-question", now=now, barrier=Barrier.TOOLS, note="Please help.", share_note=True)
    assert needs(home, now) == [Need.BARRIER, Need.NOTHING_BOOKED, Need.UNREAD]

    coaching.read(home.session, plan_id=home.plan(ANNA).id, actor_id=home.person(COACH), now=now)
    assert needs(home, now) == [Need.NOTHING_BOOKED]

    home.reflect(ANNA, "first-question", now=now + DAY, barrier=Barrier.MANAGER)
    assert needs(home, now + DAY) == [Need.BARRIER, Need.NOTHING_BOOKED]


def test_reading_is_written_down_once(home: House) -> None:
    now = AFTER + DAY
    coaching.read(home.session, plan_id=home.plan(ANNA).id, actor_id=home.person(COACH), now=now)

    event = home.session.scalars(select(Event).where(Event.name == coached.READ)).one()

    assert (event.actor_id, event.plan_id) == (home.person(COACH), home.plan(ANNA).id)


def test_whoever_takes_a_week_over_their_plan_needs_a_word(home: House) -> None:
    home.pass_time(AFTER + 8 * DAY)

    assert Need.NO_PLAN not in needs(home, AFTER + 7 * DAY)
    assert Need.NO_PLAN in needs(home, AFTER + 8 * DAY)
    home.commit_to(ANNA, "somebody calls", "listen first", now=AFTER + 8 * DAY)
    assert Need.NO_PLAN not in needs(home, AFTER + 8 * DAY)
