"""Coaches get one list of what to look at, when there is something; what no longer fits is told once."""

import email
import email.policy
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from coachfollow.flow import away, coaching, digests, dispatch, letters, misfits, placing
from coachfollow.models import CoachDay, Message, Person
from coachfollow.rules import worktime
from coachfollow.rules.absences import Leave
from coachfollow.rules.kinds import MessageKind, MessageState, Rhythm
from tests.flow import world as worlds
from tests.flow.grounds import Ground
from tests.flow.world import AFTER, DAY, Stand, World

ANNA, COACH = "anna@example.org", "coach@example.org"
MEETS = date(2026, 3, 17)  # a Tuesday
PRIVATE = "a sentence for my coach alone"


def at(day: date, hour: int = 9) -> datetime:
    return worktime.resolve(datetime.combine(day, time(hour)), "UTC")


MONDAY, THURSDAY = at(date(2026, 3, 16)), at(date(2026, 3, 12))


def anna_has_a_meeting(world: World) -> None:
    """Anna has been trained, and the meeting with her coach stands in both calendars."""
    world.bring_in(world.open_group("spring", coaches=(COACH,)), f"{ANNA}\n")
    world.bookable(COACH)
    placing.place_due(world.session, now=AFTER)


@pytest.fixture
def booked(stand: Stand) -> World:
    return stand(anna_has_a_meeting)


def go_away(world: World, day: date, *, now: datetime) -> None:
    coach_id = world.person(COACH)
    away.go(world.session, person_id=coach_id, leave=Leave(first=day, last=day), now=now, actor_id=coach_id)


def text(world: World, kind: MessageKind, *, now: datetime) -> str:
    """The newest mail of a kind to the coach, as it would leave now."""
    newest = select(func.max(Message.id)).where(Message.kind == kind)
    written = letters.write(world.session, message_ids=[world.session.scalars(newest).one()], now=now)[0]
    world.session.rollback()
    assert written.problem is None, written.problem
    body = email.message_from_bytes(written.raw, policy=email.policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_digest_comes_once_a_week_and_quotes_nobody(booked: World) -> None:
    booked.pass_time(AFTER + DAY)
    booked.commit_to(ANNA, "a guest complains", "listen before I explain", now=AFTER + DAY)
    booked.pass_time(AFTER + 8 * DAY)
    booked.reflect(ANNA, "asked", now=AFTER + 8 * DAY, note=PRIVATE, share_note=True)
    booked.pass_time(MONDAY)

    assert digests.send_due(booked.session, now=MONDAY - timedelta(minutes=1)) == 0
    assert digests.send_due(booked.session, now=MONDAY) == 1
    assert digests.send_due(booked.session, now=MONDAY + timedelta(hours=3)) == 0
    assert digests.send_due(booked.session, now=MONDAY + DAY) == 0

    mail = booked.mail(to=COACH, kind=MessageKind.COACH_DIGEST)
    assert mail.expires_at.replace(microsecond=0) == at(date(2026, 3, 17), 0) - timedelta(seconds=1)
    said = text(booked, MessageKind.COACH_DIGEST, now=MONDAY)
    assert "Your meetings this week" in said
    assert "Tuesday 17 March 2026, 10:00" in said
    assert f"/plans/{booked.plan(ANNA).public_id}" in said
    assert "Shared a note with you. You have not read it yet." in said
    assert PRIVATE not in said
    assert "guest complains" not in said


def test_leave_entered_on_its_day_brings_no_second_one_in_a_week(booked: World) -> None:
    assert digests.send_due(booked.session, now=MONDAY) == 1

    for day in (MONDAY, MONDAY + DAY):
        go_away(booked, day.date(), now=MONDAY + timedelta(hours=1))

    assert digests.send_due(booked.session, now=MONDAY + 2 * DAY) == 0


def test_where_monday_passed_without_one_it_comes_on_a_later_day(booked: World) -> None:
    assert digests.send_due(booked.session, now=MONDAY + DAY) == 1
    assert digests.send_due(booked.session, now=MONDAY + 2 * DAY) == 0


def test_whoever_has_no_name_goes_by_the_address_in_every_section(booked: World) -> None:
    booked.session.get_one(Person, booked.person(ANNA)).name = None
    booked.session.commit()
    booked.pass_time(AFTER + DAY)
    booked.commit_to(ANNA, "a guest complains", "listen before I explain", now=AFTER + DAY)
    booked.pass_time(AFTER + 8 * DAY)
    booked.reflect(ANNA, "asked", now=AFTER + 8 * DAY, note=PRIVATE, share_note=True)
    booked.pass_time(MONDAY)
    digests.send_due(booked.session, now=MONDAY)

    said = text(booked, MessageKind.COACH_DIGEST, now=MONDAY)

    assert said.count(ANNA) == 2
    assert "somebody" not in said


def test_where_there_is_nothing_to_say_nothing_comes_and_it_is_looked_at_once(booked: World) -> None:
    monday = MONDAY - 7 * DAY

    assert digests.send_due(booked.session, now=monday) == 0

    assert booked.session.scalar(select(func.count()).select_from(CoachDay)) == 1
    assert booked.mails(to=COACH, kind=MessageKind.COACH_DIGEST) == []


def test_a_coach_chooses_how_often_it_comes(booked: World) -> None:
    coach_id = booked.person(COACH)
    coaching.set_rhythm(booked.session, coach_id=coach_id, rhythm=Rhythm.DAILY, now=AFTER)
    assert digests.send_due(booked.session, now=at(MEETS)) == 1
    assert "Your meetings today" in text(booked, MessageKind.COACH_DIGEST, now=at(MEETS))

    coaching.set_rhythm(booked.session, coach_id=coach_id, rhythm=Rhythm.NEVER, now=at(MEETS))

    assert booked.mail(to=COACH, kind=MessageKind.COACH_DIGEST).state is MessageState.CANCELLED
    assert digests.send_due(booked.session, now=at(MEETS) + DAY) == 0


def test_a_meeting_that_no_longer_fits_is_written_down_once_and_told_when_it_is_near(booked: World) -> None:
    go_away(booked, MEETS, now=AFTER)

    assert misfits.find(booked.session, now=AFTER) == 0
    assert misfits.find(booked.session, now=AFTER + DAY) == 0
    assert booked.events(misfits.FOUND) == 1
    assert booked.mails(to=COACH, kind=MessageKind.MISFIT) == []

    assert misfits.find(booked.session, now=THURSDAY - timedelta(hours=6)) == 1
    assert misfits.find(booked.session, now=THURSDAY) == 0
    assert booked.mail(to=COACH, kind=MessageKind.MISFIT).send_at == THURSDAY  # not in the night
    assert booked.events(misfits.FOUND) == 1
    said = text(booked, MessageKind.MISFIT, now=THURSDAY)
    assert "Tuesday 17 March 2026, 10:00" in said
    assert "You are away then." in said
    assert "/change/meet?follow_up=" in said


def test_what_has_nothing_left_to_tell_ends_instead_of_leaving(booked: World) -> None:
    go_away(booked, MEETS, now=AFTER)
    misfits.find(booked.session, now=THURSDAY)
    booked.arrange(ANNA, at(MEETS + DAY, 11), by=COACH, step="talk", now=THURSDAY)

    dispatch.drain(booked.session, now=THURSDAY + timedelta(hours=1))

    mail = booked.mail(to=COACH, kind=MessageKind.MISFIT)
    assert (mail.state, mail.reason) == (MessageState.CANCELLED, "there was nothing left to tell")


def test_a_time_that_was_chosen_anew_may_stop_fitting_anew(booked: World) -> None:
    go_away(booked, MEETS, now=AFTER)
    misfits.find(booked.session, now=THURSDAY)
    touchpoint, coach_id = booked.touchpoint(ANNA, "talk"), booked.person(COACH)
    coaching.arrange(
        booked.session,
        touchpoint=touchpoint,
        starts_at=at(MEETS + DAY, 11),
        now=THURSDAY,
        actor_id=coach_id,
    )
    assert misfits.find(booked.session, now=THURSDAY + DAY) == 0
    assert "Nothing is left to do" in text(booked, MessageKind.MISFIT, now=THURSDAY + DAY)

    go_away(booked, MEETS + DAY, now=MONDAY)

    assert misfits.find(booked.session, now=MONDAY) == 1
    assert booked.events(misfits.FOUND) == 2


def test_two_who_look_at_once_tell_once(booked: World, ground: Ground) -> None:
    go_away(booked, MEETS, now=AFTER)

    worlds.at_once(
        ground,
        lambda session: misfits.find(session, now=MONDAY) + digests.send_due(session, now=MONDAY),
        lambda session: misfits.find(session, now=MONDAY) + digests.send_due(session, now=MONDAY),
    )

    assert sorted(booked.kinds(to=COACH, state=MessageState.QUEUED)) == [
        MessageKind.COACH_DIGEST,
        MessageKind.INVITATION,
        MessageKind.MISFIT,
    ]
    assert booked.events(misfits.FOUND) == booked.events(misfits.TOLD) == 1


def test_nobody_is_met_on_a_day_their_coach_is_away(stand: Stand) -> None:
    world = stand(worlds_own)
    go_away(world, MEETS, now=AFTER)

    placing.place_due(world.session, now=AFTER)

    assert world.touchpoint(ANNA, "talk").local_date == MEETS + DAY


def worlds_own(world: World) -> None:
    """Anna has been trained, and no time has been looked for yet."""
    world.bring_in(world.open_group("spring", coaches=(COACH,)), f"{ANNA}\n")
    world.bookable(COACH)
