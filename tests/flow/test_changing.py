"""What a coach decides about a plan is done whole and once, and taken back exactly while nothing of it has left."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, NotFound
from coachfollow.flow import answers, changing, placing, plans, undoing
from coachfollow.models import CheckIn, CheckInAttendee, Event, Message, PlanChange, Touchpoint
from coachfollow.queries import decided, snapshots, timelines
from coachfollow.rules import changes, decisions, taking_back
from coachfollow.rules.asking import Answered
from coachfollow.rules.changes import Course, Footing, Key, Meeting
from coachfollow.rules.excuses import Excuse
from coachfollow.rules.kinds import (
    Applied,
    CheckInState,
    MessageKind,
    MessageState,
    PlanState,
    StopReason,
    TouchpointState,
)
from coachfollow.rules.levers import Add, Lever, Meet, Move, Pause, Prolong, Resume, Skip, Stop
from coachfollow.rules.snapshots import Snapshot
from tests.flow import world as worlds
from tests.flow.grounds import Ground
from tests.flow.post_office import PostOffice
from tests.flow.world import AFTER, DAY, PLAN_FIRST, Stand, World

ANNA, BEN, COACH = "anna@example.org", "ben@example.org", "coach@example.org"
ASKED = AFTER + 7 * DAY  # the question is open, and a reminder waits
MEETING = AFTER + 14 * DAY


def anna_is_asked(world: World) -> None:
    """Anna has been asked a week after her training; her meeting with the coach is in the outbox."""
    world.person(COACH, name="Carla Coach")
    world.bookable(COACH)
    world.bring_in(world.open_group(coaches=[COACH]), f"{ANNA}\n{BEN}\n")
    world.pass_time(ASKED)
    placing.place_due(world.session, now=ASKED)


@pytest.fixture
def asked(stand: Stand) -> World:
    return stand(anna_is_asked)


def lever(world: World, name: str) -> Lever:
    """Something that a coach may decide about Anna's plan on that day."""
    question, meeting = world.touchpoint(ANNA, "asked"), world.touchpoint(ANNA, "talk")
    nudge, day = world.touchpoint(ANNA, "last-nudge"), (ASKED + 21 * DAY).date()
    offered: Mapping[str, Lever] = {
        "move": Move(follow_up=nudge.id, day=day, at=time(10)),
        "meet": Meet(follow_up=meeting.id, starts_at=MEETING + DAY),
        "more": Prolong(follow_up=question.id, until=day),
        "skip": Skip(follow_up=question.id, excuse=Excuse.AWAY),
        "skip the meeting": Skip(follow_up=meeting.id, excuse=Excuse.TALKED),
        "add": Add(step=question.step_id, day=day, at=time(10)),
        "pause": Pause(until=day),
        "stop": Stop(reason=StopReason.LEAVE),
    }
    found = offered[name]
    world.session.rollback()
    return found


EVERY = ["move", "meet", "more", "skip", "skip the meeting", "add", "pause", "stop"]


def decide(world: World, name: str | Lever, *, now: datetime = ASKED, wait: bool = True) -> int:
    """Let Anna's coach decide something."""
    return changing.carry_out(
        world.session,
        plan_id=world.plan(ANNA).id,
        lever=lever(world, name) if isinstance(name, str) else name,
        now=now,
        actor_id=world.person(COACH),
        wait=changing.SECOND_THOUGHTS if wait else timedelta(),
    )


def undo(world: World, change_id: int, *, now: datetime = ASKED, actor: str = COACH) -> None:
    undoing.undo(
        world.session,
        plan_id=world.plan(ANNA).id,
        change_id=change_id,
        now=now,
        actor_id=world.person(actor),
    )


def snapshot(world: World) -> Snapshot:
    found = snapshots.of(world.session, plan_id=world.plan(ANNA).id, now=ASKED)
    world.session.rollback()
    return found


def stands(world: World) -> tuple[Footing, Mapping[Key, Course]]:
    """How the plan stands, but for what was added and taken back, and whether a meeting has a row yet."""
    now = snapshot(world)
    no_meeting = Meeting(state=CheckInState.UNPLACED)
    return now.footing, {
        key: replace(course, meeting=None) if course.meeting == no_meeting else course
        for key, course in now.courses.items()
        if course.state_reason != changes.TAKEN_BACK
    }


def waiting(world: World) -> list[tuple[MessageKind, str, datetime]]:
    """What is in the outbox about Anna."""
    plan_id = world.plan(ANNA).id
    return sorted(
        (mail.kind, str(mail.person_id), mail.send_at)
        for mail in world.mails(state=MessageState.QUEUED)
        if mail.plan_id == plan_id and mail.expires_at > ASKED  # what is too late is not posted again
    )


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


def test_a_meeting_that_is_near_is_told_at_once(asked: World) -> None:
    near = Meet(follow_up=asked.touchpoint(ANNA, "talk").id, starts_at=ASKED + timedelta(hours=1))

    decide(asked, near)

    moments = {
        mail.send_at for mail in asked.mails(kind=MessageKind.INVITATION, state=MessageState.QUEUED, to=ANNA)
    }
    assert moments == {ASKED}


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


@pytest.mark.usefixtures("office")
def test_what_was_added_and_taken_back_is_shown_to_nobody_and_never_asked(asked: World) -> None:
    undo(asked, decide(asked, "add"))

    asked.live(ASKED + 22 * DAY, since=ASKED)

    of_it = (Touchpoint.plan_id == asked.plan(ANNA).id) & (Touchpoint.n == 2)
    mails = select(Message).join(Touchpoint, Touchpoint.id == Message.touchpoint_id).where(of_it)
    assert not [one for one in asked.session.scalars(mails) if one.state is MessageState.SENT]
    days = [one.why for one in timelines.dates(asked.session, plan_id=asked.plan(ANNA).id)]
    assert decisions.ADDED not in days


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


def test_a_stopped_mail_that_was_at_the_last_moment_is_wanted_again(asked: World) -> None:
    reminder = asked.mails(to=ANNA, kind=MessageKind.REMINDER)[-1].id  # of the question that is open
    asked.session.get_one(Message, reminder).state = MessageState.HANDING
    asked.session.commit()

    change_id = decide(asked, "skip")
    assert asked.session.get_one(Message, reminder).unwanted
    undo(asked, change_id)

    asked.session.expire_all()
    assert not asked.session.get_one(Message, reminder).unwanted
