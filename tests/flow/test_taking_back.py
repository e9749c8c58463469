"""What a coach decided is taken back exactly, by whoever decided it, while nothing of it has left."""

from datetime import time, timedelta

import pytest
from sqlalchemy import select

from coachfollow.errors import Conflict, NotFound
from coachfollow.flow import changing, plans, undoing
from coachfollow.models import CheckIn, Message, PlanChange, Touchpoint
from coachfollow.queries import decided, timelines
from coachfollow.rules import decisions, taking_back
from coachfollow.rules.kinds import MessageState, TouchpointState
from coachfollow.rules.levers import Meet, Move, Resume
from tests.flow.decisions import (
    ANNA,
    ASKED,
    BEN,
    COACH,
    EVERY,
    MEETING,
    anna_is_asked,
    decide,
    snapshot,
    stands,
    undo,
    waiting,
)
from tests.flow.post_office import PostOffice
from tests.flow.world import DAY, Stand, World


@pytest.fixture
def asked(stand: Stand) -> World:
    return stand(anna_is_asked)


@pytest.mark.parametrize("name", EVERY)
def test_whatever_is_taken_back_is_as_it_was_rows_and_outbox(asked: World, name: str) -> None:
    before, mails = stands(asked), waiting(asked)

    change_id = decide(asked, name)
    assert stands(asked) != before
    undo(asked, change_id)

    assert stands(asked) == before
    assert waiting(asked) == mails
    asked.session.rollback()


def test_a_resumed_plan_is_paused_again_as_it_was(asked: World) -> None:
    decide(asked, "pause")
    before = stands(asked)

    undo(asked, decide(asked, Resume(), now=ASKED + 3 * DAY), now=ASKED + 3 * DAY)

    assert stands(asked) == before


def test_nothing_of_what_is_taken_back_in_time_ever_reaches_anybody(asked: World, office: PostOffice) -> None:
    asked.drain(ASKED)
    arrived = len(office.arrived)

    change_id = decide(asked, "meet")
    asked.drain(ASKED + timedelta(minutes=2))
    undo(asked, change_id, now=ASKED + timedelta(minutes=2))
    asked.drain(ASKED + timedelta(hours=1))

    assert len(office.arrived) == arrived
    (meeting,) = asked.session.scalars(
        select(CheckIn).where(CheckIn.touchpoint_id == asked.touchpoint(ANNA, "talk").id)
    )
    assert meeting.starts_at != MEETING + DAY


def test_what_has_left_cannot_be_taken_back_and_says_to_whom(asked: World, office: PostOffice) -> None:
    asked.drain(ASKED)
    change_id = decide(asked, "skip the meeting")
    asked.drain(ASKED + changing.SECOND_THOUGHTS)
    assert office.to(ANNA)

    with pytest.raises(Conflict) as refused:
        undo(asked, change_id, now=ASKED + timedelta(minutes=5))

    assert "the mail about it to " in refused.value.sentence
    assert "Carla Coach" in refused.value.sentence
    asked.session.rollback()
    assert asked.states(ANNA)["talk"] is TouchpointState.EXCUSED


def test_what_moved_on_since_is_never_overwritten(asked: World) -> None:
    change_id = decide(asked, "move")
    decide(
        asked,
        Move(follow_up=asked.touchpoint(ANNA, "last-nudge").id, day=(ASKED + 30 * DAY).date(), at=time(9)),
    )
    moved = stands(asked)

    with pytest.raises(Conflict) as refused:
        undo(asked, change_id)

    assert refused.value.sentence == taking_back.MOVED_ON
    asked.session.rollback()
    assert stands(asked) == moved


def test_a_time_that_is_anothers_by_now_is_not_taken_back(asked: World) -> None:
    change_id = decide(asked, "skip the meeting")
    free = snapshot(asked)
    taken = next(one.course.meeting for one in free.follow_ups if one.course.meeting)
    assert taken.starts_at is not None
    theirs = asked.touchpoint(BEN, "talk")
    changing.carry_out(
        asked.session,
        plan_id=theirs.plan_id,
        lever=Meet(follow_up=theirs.id, starts_at=taken.starts_at),
        now=ASKED,
        actor_id=asked.person(COACH),
    )

    with pytest.raises(Conflict) as refused:
        undo(asked, change_id)

    assert refused.value.sentence == taking_back.GIVEN_AWAY
    asked.session.rollback()


def test_only_whoever_decided_takes_it_back_and_only_on_that_plan(asked: World) -> None:
    plans.pause(
        asked.session,
        plan_id=asked.plan(ANNA).id,
        until=(ASKED + 9 * DAY).date(),
        now=ASKED,
        actor_id=asked.person(ANNA),
    )
    change_id = asked.session.scalars(select(PlanChange.id)).one()

    with pytest.raises(Conflict) as refused:
        undo(asked, change_id)
    assert refused.value.sentence == taking_back.NOT_YOURS
    with pytest.raises(NotFound):
        undoing.undo(
            asked.session,
            plan_id=asked.plan(BEN).id,
            change_id=change_id,
            now=ASKED,
            actor_id=asked.person(COACH),
        )
    asked.session.rollback()


@pytest.mark.usefixtures("office")
def test_what_was_added_and_taken_back_is_shown_to_nobody_and_never_asked(asked: World) -> None:
    undo(asked, decide(asked, "add"))

    asked.live(ASKED + 22 * DAY, since=ASKED)

    of_it = (Touchpoint.plan_id == asked.plan(ANNA).id) & (Touchpoint.n == 2)
    mails = select(Message).join(Touchpoint, Touchpoint.id == Message.touchpoint_id).where(of_it)
    assert not [one for one in asked.session.scalars(mails) if one.state is MessageState.SENT]
    days = [one.why for one in timelines.dates(asked.session, plan_id=asked.plan(ANNA).id)]
    assert decisions.ADDED not in days


def test_what_has_left_is_offered_to_nobody(asked: World, office: PostOffice) -> None:
    asked.drain(ASKED)
    plan_id, change_id = asked.plan(ANNA).id, decide(asked, "meet")

    def offered(change: int) -> bool:
        found = decided.may_be_undone(asked.session, plan_id=plan_id, change_id=change)
        asked.session.rollback()
        return found

    assert offered(change_id)
    assert not offered(change_id + 1)
    asked.drain(ASKED + timedelta(minutes=3))
    assert office.to(COACH)
    assert not offered(change_id)
