"""What a coach decides about a plan is done whole and once, and everybody it concerns is told."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict
from coachfollow.flow import answers, changing, undoing
from coachfollow.models import CheckInAttendee, Event, Message, PlanChange, Touchpoint
from coachfollow.queries import timelines
from coachfollow.rules import changes, decisions
from coachfollow.rules.asking import Answered
from coachfollow.rules.excuses import Excuse
from coachfollow.rules.kinds import Applied, MessageKind, MessageState, PlanState, StopReason, TouchpointState
from coachfollow.rules.levers import Meet, Prolong, Skip
from tests.flow import world as worlds
from tests.flow.decisions import ANNA, ASKED, COACH, anna_is_asked, decide, lever, snapshot, stands, undo
from tests.flow.grounds import Ground
from tests.flow.post_office import PostOffice
from tests.flow.world import DAY, PLAN_FIRST, Stand, World


@pytest.fixture
def asked(stand: Stand) -> World:
    return stand(anna_is_asked)


def test_f28_an_invitation_that_waited_leaves_after_all_as_the_newest_word(
    asked: World, office: PostOffice
) -> None:
    undo(asked, decide(asked, "meet"))

    asked.drain(ASKED + timedelta(hours=1))

    sent = [
        mail for mail in asked.mails(to=ANNA, kind=MessageKind.INVITATION) if mail.state is MessageState.SENT
    ]
    attendee = asked.session.get_one(CheckInAttendee, sent[0].attendee_id)
    assert [mail.n for mail in sent] == [attendee.sequence]
    assert len(office.to(ANNA)) >= 1


def test_a_meeting_that_is_near_is_told_at_once(asked: World) -> None:
    near = Meet(follow_up=asked.touchpoint(ANNA, "talk").id, starts_at=ASKED + timedelta(hours=1))

    decide(asked, near)

    moments = {
        mail.send_at for mail in asked.mails(kind=MessageKind.INVITATION, state=MessageState.QUEUED, to=ANNA)
    }
    assert moments == {ASKED}


def test_two_clicks_at_once_do_one_thing(asked: World, ground: Ground) -> None:
    add, plan_id, coach = lever(asked, "add"), asked.plan(ANNA).id, asked.person(COACH)
    shown = changes.mark(decisions.decide(snapshot(asked), add, now=ASKED))
    asked.session.rollback()

    def click(session: Session) -> bool:
        try:
            changing.carry_out(session, plan_id=plan_id, lever=add, now=ASKED, actor_id=coach, shown=shown)
        except Conflict:
            return False
        return True

    assert sorted(worlds.at_once(ground, click, click)) == [False, True]
    (change_id,) = asked.session.scalars(select(PlanChange.id))
    asked.session.rollback()

    def take_back(session: Session) -> bool:
        try:
            undoing.undo(session, plan_id=plan_id, change_id=change_id, now=ASKED, actor_id=coach)
        except Conflict:
            return False
        return True

    assert sorted(worlds.at_once(ground, take_back, take_back)) == [False, True]
    assert len(asked.session.scalars(select(PlanChange.id)).all()) == 2


def test_a_change_that_is_not_the_one_that_was_shown_leaves_nothing(asked: World) -> None:
    before = stands(asked)

    with pytest.raises(Conflict) as refused:
        changing.carry_out(
            asked.session,
            plan_id=asked.plan(ANNA).id,
            lever=lever(asked, "stop"),
            now=ASKED,
            actor_id=None,
            shown="something else",
        )

    assert refused.value.sentence == changing.MOVED_ON
    asked.session.rollback()
    assert stands(asked) == before
    assert asked.session.scalars(select(PlanChange.id)).all() == []


def test_a_question_that_was_added_is_asked_answered_and_counted(asked: World, office: PostOffice) -> None:
    decide(asked, "add")
    asked.live(ASKED + 22 * DAY, since=ASKED)

    added = asked.session.scalars(
        select(Touchpoint).where(Touchpoint.plan_id == asked.plan(ANNA).id, Touchpoint.n == 2)
    ).one()
    assert added.state is TouchpointState.OPEN
    assert PLAN_FIRST in [mail["Subject"] for mail in office.to(ANNA)]
    answers.record(
        asked.session,
        touchpoint_id=added.id,
        person_id=asked.person(ANNA),
        answered=Answered(applied=Applied.AS_INTENDED),
        now=ASKED + 22 * DAY,
    )
    settled = asked.session.get_one(Touchpoint, added.id, populate_existing=True)
    assert settled.state is TouchpointState.COMPLETED
    shown = timelines.dates(asked.session, plan_id=added.plan_id)
    assert [one.why for one in shown if one.id == added.id] == [decisions.ADDED]


def test_more_time_after_the_close_reopens_the_plan_and_mails_the_question_once(
    asked: World, office: PostOffice
) -> None:
    asked.pass_time(ASKED + 90 * DAY)
    now = ASKED + 90 * DAY
    assert asked.standing(ANNA) == (PlanState.STOPPED, StopReason.ENDED)
    question = asked.touchpoint(ANNA, "asked").id

    change_id = decide(asked, Prolong(follow_up=question, until=(now + 7 * DAY).date()), now=now)

    assert asked.standing(ANNA) == (PlanState.ACTIVE, None)
    assert asked.events("plan runs again") == 1
    asked.drain(now + timedelta(minutes=4))
    assert [mail["Subject"] for mail in office.to(ANNA)][-1].endswith(PLAN_FIRST)
    with pytest.raises(Conflict):
        undo(asked, change_id, now=now + timedelta(minutes=5))
    asked.session.rollback()


def test_the_last_one_left_out_ends_the_plan_and_taking_it_back_lets_it_run(asked: World) -> None:
    asked.pass_time(ASKED + 35 * DAY)
    now = ASKED + 35 * DAY
    last = Skip(follow_up=asked.touchpoint(ANNA, "last-nudge").id, excuse=Excuse.NO_OCCASION)

    change_id = decide(asked, last, now=now)
    assert asked.standing(ANNA) == (PlanState.STOPPED, StopReason.ENDED)
    assert asked.events("plan ended") >= 1
    undo(asked, change_id, now=now)

    assert asked.standing(ANNA) == (PlanState.ACTIVE, None)


def test_the_history_says_who_decided_what_and_what_was_taken_back(asked: World) -> None:
    for name in ("move", "more", "skip", "meet", "add"):
        decide(asked, name)
    undo(asked, max(asked.session.scalars(select(PlanChange.id))))

    told = timelines.happened(asked.session, plan_id=asked.plan(ANNA).id)
    by_hand = [one for one in told if one.actor == "Carla Coach"]
    assert [one.name for one in by_hand] == [
        "change undone",
        "follow-up added",
        "check-in moved",
        "follow-up excused",
        "follow-up prolonged",
        "follow-up moved",
    ]
    assert by_hand[0].facts["undid"] == "added"
    assert by_hand[3].facts["excuse"] == "away"
    assert asked.session.scalars(select(Event.id).where(Event.name == "change undone")).one()


def test_a_stopped_mail_that_was_at_the_last_moment_is_wanted_again(asked: World) -> None:
    reminder = asked.mails(to=ANNA, kind=MessageKind.REMINDER)[-1].id  # of the question that is open
    asked.session.get_one(Message, reminder).state = MessageState.HANDING
    asked.session.commit()

    change_id = decide(asked, "skip")
    assert asked.session.get_one(Message, reminder).unwanted
    undo(asked, change_id)

    asked.session.expire_all()
    assert not asked.session.get_one(Message, reminder).unwanted
