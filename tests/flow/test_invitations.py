"""Both calendars are told of a meeting and of what changes about it, each in its own words, and nothing else."""

from datetime import datetime, timedelta

import icalendar
import pytest
from sqlalchemy import select, update

from coachfollow.errors import Conflict, NotFound
from coachfollow.flow import checkins, placing, plans
from coachfollow.models import CheckIn, CheckInAttendee, CoachProfile, Person, Step, StepText
from coachfollow.rules.kinds import MessageKind, StepKind, StopReason
from tests.flow.meetings import ANNA, BEN, COACH, IDEAL, anna_meets_her_coach, calendar, meetings, move, train
from tests.flow.post_office import PostOffice
from tests.flow.world import AFTER, DAY, Stand, World

TALKS = select(Step.id).where(Step.kind == StepKind.CHECK_IN)


@pytest.fixture
def booked(stand: Stand) -> World:
    return stand(anna_meets_her_coach)


def test_both_calendars_get_an_invitation_of_their_own(booked: World, office: PostOffice) -> None:
    booked.person(COACH, name="Carla Coach")
    placing.place_due(booked.session, now=AFTER)

    booked.drain(AFTER)

    (meeting,) = meetings(booked)
    uids = set(booked.session.scalars(select(CheckInAttendee.uid)))
    seen: set[str] = set()
    for email in (ANNA, COACH):
        entry = calendar(office.to(email)[0])
        assert (entry.method, entry.sequence, entry.starts_at) == ("REQUEST", 0, meeting.starts_at)
        assert (entry.attendee, entry.location) == (f"mailto:{email}", "https://meet.example.org/coach")
        seen.add(entry.uid.partition("@")[0])
    assert seen == uids
    assert len(uids) == 2


def test_each_reads_of_the_meeting_in_their_own_language(booked: World, office: PostOffice) -> None:
    booked.session.execute(update(Person).where(Person.email == COACH).values(name="Carla Coach"))
    booked.session.execute(
        update(Person).where(Person.email == ANNA).values(locale="de-AT", name="Anna Berg")
    )
    booked.session.execute(update(CoachProfile).values(meeting_link=None))
    booked.session.commit()
    placing.place_due(booked.session, now=AFTER)

    booked.drain(AFTER)

    entries = {}
    for email in (ANNA, COACH):
        part = office.to(email)[0].get_body(("calendar",))
        assert part is not None
        (entries[email],) = icalendar.Calendar.from_ical(part.get_content()).walk("VEVENT")
    hers, theirs = entries[ANNA], entries[COACH]
    assert (hers["SUMMARY"], theirs["SUMMARY"]) == (
        "Gespräch: Anna Berg und Carla Coach",
        "Follow-up: Anna Berg and Carla Coach",
    )
    assert str(hers["DESCRIPTION"]).endswith("im Weg stand. Carla Coach ruft an.")
    assert str(theirs["DESCRIPTION"]).endswith("got in the way. Carla Coach will call.")
    assert hers["DTSTART"] == theirs["DTSTART"]


@pytest.mark.parametrize("minutes", [15, 20, 30, 45, 60])
@pytest.mark.parametrize(
    ("locale", "in_entry", "in_mail"),
    [
        (
            "en",
            "{} minutes to look at what worked",
            "a time that is free for both of you: {} minutes to look at",
        ),
        ("de", "{} Minuten für das, was geklappt hat", "die bei euch beiden frei ist: {} Minuten für das"),
    ],
)
def test_an_invitation_says_how_long_the_meeting_is(
    booked: World, office: PostOffice, minutes: int, locale: str, in_entry: str, in_mail: str
) -> None:
    booked.session.execute(update(CoachProfile).values(meeting_minutes=minutes))
    booked.session.execute(update(StepText).where(StepText.step_id.in_(TALKS)).values(subject="", body=""))
    booked.session.execute(update(Person).where(Person.email == ANNA).values(locale=locale))
    booked.session.commit()
    placing.place_due(booked.session, now=AFTER)

    booked.drain(AFTER)

    (mail,) = office.to(ANNA)
    body = mail.get_body(("plain",))
    assert body is not None
    assert calendar(mail).about.startswith(in_entry.format(minutes))
    assert in_mail.format(minutes) in " ".join(body.get_content().split())


def test_calendars_read_that_the_coach_invites_and_answer_to_us(booked: World, office: PostOffice) -> None:
    booked.session.execute(update(Person).where(Person.email == COACH).values(name="Carla Coach"))
    booked.session.commit()
    placing.place_due(booked.session, now=AFTER)
    booked.drain(AFTER)
    move(booked, IDEAL + DAY)
    booked.drain(AFTER)
    plans.stop(booked.session, plan_id=booked.plan(ANNA).id, reason=StopReason.ASKED, now=AFTER + DAY)
    booked.drain(AFTER + DAY)

    for email in (ANNA, COACH):
        mails = office.to(email)
        assert [calendar(mail).method for mail in mails] == ["REQUEST", "REQUEST", "CANCEL"]
        for mail in mails:
            ours = mail["From"].addresses[0].addr_spec
            assert calendar(mail).organiser == ("Carla Coach", f"mailto:{ours}")


def test_g4_a_moved_meeting_is_the_same_to_calendars_only_newer(booked: World, office: PostOffice) -> None:
    placing.place_due(booked.session, now=AFTER)
    booked.drain(AFTER)
    new_time = IDEAL + DAY

    move(booked, new_time)
    booked.drain(AFTER)

    for email in (ANNA, COACH):
        first, second = (calendar(mail) for mail in office.to(email))
        assert first.uid == second.uid
        assert (second.method, second.sequence, second.starts_at) == ("REQUEST", 1, new_time)


def test_only_who_was_invited_is_told_that_it_was_cancelled(booked: World, office: PostOffice) -> None:
    placing.place_due(booked.session, now=AFTER)
    office.at_envelope = lambda recipient: "550 nobody there" if recipient == COACH else "250 OK"
    booked.drain(AFTER)

    check_in = booked.session.scalars(select(CheckIn)).one()
    touchpoint = booked.touchpoint(ANNA, "talk")
    later = AFTER + DAY
    checkins.uninvite(booked.session, [(check_in, touchpoint)], now=later, send_at=later)
    booked.session.commit()
    booked.drain(AFTER + DAY)

    assert [mail.kind for mail in booked.mails(to=COACH)] == [MessageKind.INVITATION]
    first, *_, last = office.to(ANNA)
    invited, cancelled = calendar(first), calendar(last)
    assert (cancelled.method, cancelled.sequence, cancelled.status) == ("CANCEL", 1, "CANCELLED")
    assert invited.uid == cancelled.uid


@pytest.mark.parametrize(
    ("starts_at", "sentence"),
    [
        (AFTER, "That time has passed; choose one to come."),
        (IDEAL + DAY, "One of you has another meeting at that time; choose another."),
    ],
)
def test_a_meeting_is_not_moved_into_the_past_or_onto_another(
    world: World, starts_at: datetime, sentence: str
) -> None:
    train(world, ANNA, BEN)
    world.bookable(COACH)
    placing.place_due(world.session, now=AFTER)
    world.session.execute(
        update(CheckIn)
        .where(CheckIn.touchpoint_id == world.touchpoint(BEN, "talk").id)
        .values(starts_at=IDEAL + DAY - timedelta(minutes=15), ends_at=IDEAL + DAY + timedelta(minutes=15))
    )
    world.session.commit()

    with pytest.raises(Conflict) as refused:
        move(world, starts_at)

    assert refused.value.sentence == sentence
    world.session.rollback()


def test_a_meeting_may_be_moved_by_less_than_its_own_length(booked: World) -> None:
    move(booked, IDEAL)

    move(booked, IDEAL + timedelta(minutes=15))

    (meeting,) = meetings(booked)
    assert meeting.starts_at == IDEAL + timedelta(minutes=15)


def test_what_is_no_meeting_and_who_has_no_coach_cannot_meet(world: World) -> None:
    train(world, ANNA, coaches=())

    for step in ("asked", "talk"):
        with pytest.raises(NotFound):
            checkins.of(world.session, touchpoint=world.touchpoint(ANNA, step), now=AFTER)
    assert placing.place_due(world.session, now=AFTER) == (0, 0)


def test_an_invitation_that_lost_its_time_is_not_written(booked: World, office: PostOffice) -> None:
    placing.place_due(booked.session, now=AFTER)
    booked.session.execute(update(CheckIn).values(starts_at=None))
    booked.session.commit()

    booked.drain(AFTER)

    assert office.arrived == []
    assert {mail.reason for mail in booked.mails(kind=MessageKind.INVITATION)} == {
        "this meeting has no time yet"
    }
