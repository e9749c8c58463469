"""Meetings stand where both offered time, and never double."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Connection, event, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coachfollow.errors import Invalid
from coachfollow.flow import coaching, placing, plans
from coachfollow.models import CheckIn, CheckInAttendee, CoachProfile, Message
from coachfollow.queries import meetings as reads
from coachfollow.rules import worktime
from coachfollow.rules.kinds import (
    CheckInState,
    MessageKind,
    MessageState,
    StopReason,
    TouchpointState,
)
from coachfollow.rules.slots_reasons import Reason
from coachfollow.rules.slots_values import Limits
from tests.flow import world as worlds
from tests.flow.grounds import Ground
from tests.flow.meetings import ANNA, BEN, COACH, IDEAL, OTHER, anna_meets_her_coach, live_in, meetings, train
from tests.flow.post_office import PostOffice
from tests.flow.world import AFTER, DAY, Stand, World


@pytest.fixture
def booked(stand: Stand) -> World:
    return stand(anna_meets_her_coach)


def test_a_meeting_stands_within_the_hours_of_both_wherever_they_live(world: World) -> None:
    train(world, ANNA)
    live_in(world, ANNA, zone="America/New_York", week="mon-fri 08:00-16:00")
    live_in(world, COACH, zone="Asia/Kolkata", week="mon-fri 09:00-17:00")
    world.bookable(COACH, "tue-wed 18:00-22:00")

    assert placing.place_due(world.session, now=AFTER) == (1, 0)

    (meeting,) = meetings(world)
    assert meeting.starts_at is not None
    assert meeting.ends_at is not None
    there, here = (worktime.local(meeting.starts_at, zone) for zone in ("America/New_York", "Asia/Kolkata"))
    assert time(8) <= there.time() <= time(15, 30)
    assert time(18) <= here.time() <= time(21, 30)
    assert here.weekday() in {1, 2}
    assert here.date() >= IDEAL.date()
    talk = world.touchpoint(ANNA, "talk")
    assert (talk.due_at, talk.local_date) == (
        meeting.starts_at,
        worktime.local(meeting.starts_at, talk.zone).date(),
    )


def test_nobody_is_invited_to_a_time_that_nobody_offered(world: World) -> None:
    train(world, ANNA)
    live_in(world, ANNA, zone="Asia/Tokyo", week="mon-fri 09:00-12:00")
    world.bookable(COACH, "mon-fri 14:00-17:00")

    assert placing.place_due(world.session, now=AFTER) == (0, 1)

    (meeting,) = meetings(world)
    assert (meeting.state, meeting.reason) == (CheckInState.UNPLACED, Reason.NEVER)
    assert world.kinds(to=ANNA) == [MessageKind.COACH_WILL_CALL]
    assert world.mails(to=COACH) == []


def test_meetings_of_one_coach_follow_one_another(world: World) -> None:
    train(world, *(f"p{n}@example.org" for n in range(6)))
    world.bookable(COACH, "tue 09:00-11:00")

    assert placing.place_due(world.session, now=AFTER) == (6, 0)

    spans = [(one.starts_at, one.ends_at) for one in meetings(world) if one.starts_at and one.ends_at]
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))
    assert {starts_at.date() for starts_at, _ in spans} == {
        IDEAL.date(), IDEAL.date() + 7 * DAY,
    }  # fmt: skip


def test_somebody_with_two_coaches_is_in_one_place_at_a_time(world: World) -> None:
    train(world, ANNA)
    train(world, ANNA, coaches=(OTHER,), key="summer")
    for coach in (COACH, OTHER):
        world.bookable(coach, "tue 09:00-10:00")

    placing.place_due(world.session, now=AFTER)

    first, second = meetings(world)
    assert first.ends_at == second.starts_at


def test_two_workers_at_once_place_every_meeting_once_and_none_double(world: World, ground: Ground) -> None:
    people = [f"p{n}@example.org" for n in range(5)]
    train(world, *people)
    train(world, *people, coaches=(OTHER,), key="summer")
    for coach in (COACH, OTHER):
        world.bookable(coach, "mon-fri 09:00-12:00")

    def place(session: Session) -> tuple[int, int]:
        return placing.place_due(session, now=AFTER)

    placed = worlds.at_once(ground, *[place] * 3)

    assert sum(count for count, _ in placed) == 10
    busy: dict[int, list[tuple[datetime, datetime]]] = {}
    rows = world.session.execute(
        select(CheckInAttendee.person_id, CheckIn.starts_at, CheckIn.ends_at).join(
            CheckIn, CheckIn.id == CheckInAttendee.check_in_id
        )
    )
    for person_id, starts_at, ends_at in rows:
        assert starts_at is not None
        assert ends_at is not None
        assert not [span for span in busy.get(person_id, []) if span[0] < ends_at and starts_at < span[1]]
        busy.setdefault(person_id, []).append((starts_at, ends_at))
    assert len(world.mails(kind=MessageKind.INVITATION)) == 20


def test_what_the_database_refuses_for_many_is_given_to_fewer(world: World) -> None:
    """Somebody who waited for no lock was quicker: the rest get their times all the same."""
    train(world, *(f"p{n}@example.org" for n in range(4)))
    world.bookable(COACH)
    engine, refused = world.session.get_bind(), list[str]()

    def collide(connection: Connection, _: object, statement: str, *__: object) -> None:
        if statement.startswith("INSERT INTO check_in_attendees") and not refused:
            refused.append(statement)
            times = {"state": "placed", "starts_at": IDEAL, "ends_at": IDEAL + DAY}
            connection.execute(update(CheckIn).values(times))

    event.listen(engine, "after_cursor_execute", collide)
    try:
        assert placing.place_due(world.session, now=AFTER) == (4, 0)
    finally:
        event.remove(engine, "after_cursor_execute", collide)

    assert refused
    assert len({meeting.starts_at for meeting in meetings(world)}) == 4
    assert len(world.mails(kind=MessageKind.INVITATION)) == 8


def test_a_coach_without_hours_is_asked_for_them_once_a_week(world: World, office: PostOffice) -> None:
    train(world, ANNA, BEN)

    for day in range(14):
        placing.place_due(world.session, now=AFTER + day * DAY)
        world.drain(AFTER + day * DAY)

    asked = world.mails(to=COACH, kind=MessageKind.ASK_HOURS)
    assert [mail.send_at for mail in asked] == [AFTER, AFTER + 7 * DAY]
    assert len(office.to(COACH)) == 2
    assert "/hours" in office.to(COACH)[0].as_string()
    assert [mail.state for mail in world.mails(to=ANNA, kind=MessageKind.COACH_WILL_CALL)] == [
        MessageState.SENT
    ]
    assert {meeting.reason for meeting in meetings(world)} == {Reason.NO_HOURS}


def test_a_coach_whom_only_a_list_names_is_asked_too(world: World) -> None:
    world.bring_in(world.open_group(), f"Email;Coach\n{ANNA};{COACH}\n")

    placing.place_due(world.session, now=AFTER)

    assert world.kinds(to=COACH) == [MessageKind.ASK_HOURS]
    assert world.session.scalars(select(CoachProfile.asked_at)).all() == [AFTER]


def test_once_a_coach_has_said_when_the_meeting_finds_its_time(world: World) -> None:
    train(world, ANNA)
    placing.place_due(world.session, now=AFTER)

    world.bookable(COACH)
    assert placing.place_due(world.session, now=AFTER + DAY) == (1, 0)

    assert [meeting.state for meeting in meetings(world)] == [CheckInState.PLACED]
    assert {mail.n for mail in world.mails(kind=MessageKind.INVITATION)} == {0}
    assert placing.place_due(world.session, now=AFTER + DAY) == (0, 0)


def test_a_meeting_is_looked_for_three_weeks_ahead_and_never_within_a_day(booked: World) -> None:
    far = booked.touchpoint(ANNA, "talk")
    far.due_at = AFTER + 21 * DAY + timedelta(minutes=1)
    booked.session.commit()
    assert placing.place_due(booked.session, now=AFTER) == (0, 0)

    now = datetime(2026, 3, 24, 10, 20, tzinfo=AFTER.tzinfo)  # a Tuesday; the ideal day is today
    assert placing.place_due(booked.session, now=now) == (1, 0)

    (meeting,) = meetings(booked)
    assert meeting.starts_at == datetime(2026, 3, 25, 10, 30, tzinfo=AFTER.tzinfo)


@pytest.mark.parametrize(
    ("week", "link"),
    [
        ("every day", ""),
        ("mon-fri 17:00-09:00", ""),
        ("mon-fri 09:00-09:20,10:00-10:29", ""),  # no meeting of half an hour fits
        ("mon 09:00-10:00", "http://meet.example.org"),
    ],
)
def test_hours_that_cannot_be_read_are_refused_with_a_sentence(world: World, week: str, link: str) -> None:
    with pytest.raises(Invalid) as refused:
        coaching.set_hours(world.session, coach_id=world.person(COACH), week=week, link=link)

    assert refused.value.fields
    assert world.session.scalars(select(CoachProfile)).all() == []


def test_hours_said_anew_leave_a_meeting_as_long_as_it_was(world: World) -> None:
    coach_id = world.person(COACH)
    coaching.set_hours(world.session, coach_id=coach_id, week="mon 09:00-12:00", link="", minutes=45)
    coaching.set_hours(world.session, coach_id=coach_id, week="tue 09:00-12:00", link="")

    profile = world.session.get_one(CoachProfile, coach_id)
    assert (profile.bookable_week, profile.meeting_minutes) == ("tue 09:00-12:00", 45)


def test_a_meeting_of_a_stopped_plan_is_not_placed_by_a_worker_that_was_quick_to_look(
    booked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looked, and the plan stopped before its turn came."""
    seen = reads.waiting(booked.session, now=AFTER, ahead=placing.AHEAD)
    assert len(seen) == 1
    plans.stop(booked.session, plan_id=booked.plan(ANNA).id, reason=StopReason.ASKED, now=AFTER)
    monkeypatch.setattr(reads, "waiting", lambda *_, **__: seen)

    assert placing.place_due(booked.session, now=AFTER) == (0, 0)

    assert meetings(booked) == []
    assert booked.session.scalars(select(Message.id)).all() == []
    assert booked.states(ANNA)["talk"] is TouchpointState.CANCELLED


def test_no_two_meetings_of_one_person_overlap_whoever_writes_them(world: World, ground: Ground) -> None:
    """Two who looked at the same moment and knew of no lock: one of them is refused by the database."""
    train(world, ANNA, BEN)
    world.bookable(COACH)
    placing.place_due(world.session, now=AFTER)
    first, second = (meeting.id for meeting in meetings(world))

    def give(check_in: int, minutes: int) -> Callable[[Session], bool]:
        def alone(session: Session) -> bool:
            start = IDEAL + DAY + timedelta(minutes=minutes)
            try:
                session.execute(
                    update(CheckIn)
                    .where(CheckIn.id == check_in)
                    .values(starts_at=start, ends_at=start + timedelta(minutes=30))
                )
                session.commit()
            except IntegrityError:
                session.rollback()
                return False
            return True

        return alone

    assert sorted(worlds.at_once(ground, give(first, 0), give(second, 15))) == [False, True]
    assert worlds.at_once(ground, give(first, 60), give(second, 90)) == [True, True]


def test_a_coach_who_takes_one_meeting_a_day_gets_one(world: World) -> None:
    train(world, ANNA, BEN)
    coach_id = world.person(COACH)
    limits = Limits(gap=15, a_day=1, a_week=1)
    coaching.set_hours(world.session, coach_id=coach_id, week="mon-fri 09:00-17:00", link="", limits=limits)

    assert placing.place_due(world.session, now=AFTER) == (2, 0)

    days = [meeting.starts_at for meeting in meetings(world)]
    assert {day.isocalendar().week for day in days if day} == {12, 13}


def test_where_a_coach_is_full_it_is_said_from_when_there_is_a_time(world: World) -> None:
    train(world, *(f"p{n}@example.org" for n in range(4)))
    coach_id = world.person(COACH)
    coaching.set_hours(
        world.session, coach_id=coach_id, week="tue 09:00-10:00", link="", limits=Limits(a_day=1)
    )

    assert placing.place_due(world.session, now=AFTER) == (3, 1), "in the two weeks for which it is open"

    (reason,) = {meeting.reason for meeting in meetings(world)} - {None}
    assert reason == f"{Reason.FULL}; from 7 April there is a time for both"
