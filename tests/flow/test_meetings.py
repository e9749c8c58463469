"""Meetings stand where both offered time, never double, and calendars are told what changed and nothing else."""

from datetime import datetime, time, timedelta

import icalendar
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.flow import checkins, coaching
from coachfollow.models import CheckIn, CheckInAttendee, CoachProfile, Message, Person, Touchpoint
from coachfollow.rules import worktime
from coachfollow.rules.words import CheckInState, MessageKind, MessageState, TouchpointState
from tests.flow import world as worlds
from tests.flow.grounds import Ground
from tests.flow.post_office import PostOffice
from tests.flow.world import AFTER, DAY, World

ANNA, BEN, COACH, OTHER = "anna@example.org", "ben@example.org", "coach@example.org", "other@example.org"
IDEAL = AFTER + 14 * DAY


def trained(world: World, *people: str, coaches: tuple[str, ...] = (COACH,), key: str = "spring") -> None:
    """These people have been trained, and their meetings are wanted."""
    world.bring_in(world.open_group(key, coaches=coaches), "".join(f"{person}\n" for person in people))


def meetings(world: World) -> list[CheckIn]:
    fresh = select(CheckIn).order_by(CheckIn.starts_at, CheckIn.id).execution_options(populate_existing=True)
    found = list(world.session.scalars(fresh))
    for meeting in found:
        world.session.expunge(meeting)
    world.session.rollback()
    return found


def live_in(world: World, email: str, *, zone: str, week: str) -> None:
    world.session.execute(update(Person).where(Person.email == email).values(zone=zone, working_week=week))
    world.session.commit()


def calendar(mail: object) -> tuple[str, icalendar.Event]:
    """The method and the event of an invitation."""
    part = mail.get_body(("calendar",))  # type: ignore[attr-defined]  # EmailMessage
    parsed = icalendar.Calendar.from_ical(part.get_payload(decode=True))
    (event,) = parsed.walk("VEVENT")
    return str(parsed["METHOD"]), event


def test_a_meeting_stands_within_the_hours_of_both_wherever_they_live(world: World) -> None:
    trained(world, ANNA)
    live_in(world, ANNA, zone="America/New_York", week="mon-fri 08:00-16:00")
    live_in(world, COACH, zone="Asia/Kolkata", week="mon-fri 09:00-17:00")
    world.bookable(COACH, "tue-wed 18:00-22:00")

    assert checkins.place_due(world.session, now=AFTER) == (1, 0)

    (meeting,) = meetings(world)
    assert meeting.starts_at is not None
    assert meeting.ends_at is not None
    there, here = (worktime.local(meeting.starts_at, zone) for zone in ("America/New_York", "Asia/Kolkata"))
    assert time(8) <= there.time() <= time(15, 30)
    assert time(18) <= here.time() <= time(21, 30)
    assert here.weekday() in {1, 2}
    assert here.date() >= IDEAL.date()
    talk = world.touchpoint(ANNA, "talk")
    assert (talk.due_at, talk.local_date) == (meeting.starts_at, worktime.local(meeting.starts_at, talk.zone).date())


def test_nobody_is_invited_to_a_time_that_nobody_offered(world: World) -> None:
    trained(world, ANNA)
    live_in(world, ANNA, zone="Asia/Tokyo", week="mon-fri 09:00-12:00")
    world.bookable(COACH, "mon-fri 14:00-17:00")

    assert checkins.place_due(world.session, now=AFTER) == (0, 1)

    (meeting,) = meetings(world)
    assert (meeting.state, meeting.reason) == (CheckInState.UNPLACED, checkins.NO_COMMON_TIME)
    assert world.kinds(to=ANNA) == [MessageKind.COACH_WILL_CALL]
    assert world.mails(to=COACH) == []


def test_meetings_of_one_coach_follow_one_another(world: World) -> None:
    trained(world, *(f"p{n}@example.org" for n in range(6)))
    world.bookable(COACH, "tue 09:00-11:00")

    assert checkins.place_due(world.session, now=AFTER) == (6, 0)

    spans = [(one.starts_at, one.ends_at) for one in meetings(world)]
    assert all(earlier[1] <= later[0] for earlier, later in zip(spans, spans[1:], strict=False))
    assert {one.starts_at.date() for one in meetings(world) if one.starts_at} == {
        IDEAL.date(), IDEAL.date() + 7 * DAY,
    }  # fmt: skip


def test_somebody_with_two_coaches_is_in_one_place_at_a_time(world: World) -> None:
    trained(world, ANNA)
    trained(world, ANNA, coaches=(OTHER,), key="summer")
    for coach in (COACH, OTHER):
        world.bookable(coach, "tue 09:00-10:00")

    checkins.place_due(world.session, now=AFTER)

    first, second = meetings(world)
    assert first.ends_at == second.starts_at


def test_two_workers_at_once_place_every_meeting_once_and_none_double(world: World, ground: Ground) -> None:
    people = [f"p{n}@example.org" for n in range(5)]
    trained(world, *people)
    trained(world, *people, coaches=(OTHER,), key="summer")
    for coach in (COACH, OTHER):
        world.bookable(coach, "mon-fri 09:00-12:00")

    def place(session: Session) -> tuple[int, int]:
        return checkins.place_due(session, now=AFTER)

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


def test_a_coach_without_hours_is_asked_for_them_once_a_week(world: World, office: PostOffice) -> None:
    trained(world, ANNA, BEN)

    for day in range(14):
        checkins.place_due(world.session, now=AFTER + day * DAY)
        world.drain(AFTER + day * DAY)

    asked = world.mails(to=COACH, kind=MessageKind.ASK_HOURS)
    assert [mail.send_at for mail in asked] == [AFTER, AFTER + 7 * DAY]
    assert len(office.to(COACH)) == 2
    assert "/hours" in office.to(COACH)[0].as_string()
    assert [mail.state for mail in world.mails(to=ANNA, kind=MessageKind.COACH_WILL_CALL)] == [MessageState.SENT]
    assert {meeting.reason for meeting in meetings(world)} == {checkins.NO_HOURS}


def test_a_coach_whom_only_a_list_names_is_asked_too(world: World) -> None:
    world.bring_in(world.open_group(), f"Email;Coach\n{ANNA};{COACH}\n")

    checkins.place_due(world.session, now=AFTER)

    assert world.kinds(to=COACH) == [MessageKind.ASK_HOURS]
    assert world.session.scalars(select(CoachProfile.asked_at)).all() == [AFTER]


def test_once_a_coach_has_said_when_the_meeting_finds_its_time(world: World) -> None:
    trained(world, ANNA)
    checkins.place_due(world.session, now=AFTER)

    world.bookable(COACH)
    assert checkins.place_due(world.session, now=AFTER + DAY) == (1, 0)

    assert [meeting.state for meeting in meetings(world)] == [CheckInState.PLACED]
    assert {mail.n for mail in world.mails(kind=MessageKind.INVITATION)} == {0}
    assert checkins.place_due(world.session, now=AFTER + DAY) == (0, 0)


def test_a_meeting_is_looked_for_three_weeks_ahead_and_never_within_a_day(world: World) -> None:
    trained(world, ANNA)
    world.bookable(COACH)
    far = world.touchpoint(ANNA, "talk")
    far.due_at = AFTER + 21 * DAY + timedelta(minutes=1)
    world.session.commit()
    assert checkins.place_due(world.session, now=AFTER) == (0, 0)

    now = datetime(2026, 3, 24, 10, 20, tzinfo=AFTER.tzinfo)  # a Tuesday; the ideal day is today
    assert checkins.place_due(world.session, now=now) == (1, 0)

    (meeting,) = meetings(world)
    assert meeting.starts_at == datetime(2026, 3, 25, 10, 30, tzinfo=AFTER.tzinfo)


def test_both_calendars_get_an_invitation_of_their_own(world: World, office: PostOffice) -> None:
    world.person(COACH, name="Carla Coach")
    trained(world, ANNA)
    world.bookable(COACH)
    checkins.place_due(world.session, now=AFTER)

    world.drain(AFTER)

    (meeting,) = meetings(world)
    uids = set(world.session.scalars(select(CheckInAttendee.uid)))
    seen: set[str] = set()
    for email in (ANNA, COACH):
        method, event = calendar(office.to(email)[0])
        assert (method, event["SEQUENCE"]) == ("REQUEST", 0)
        assert event["DTSTART"].dt == meeting.starts_at
        assert str(event["ATTENDEE"]) == f"mailto:{email}"
        assert event["LOCATION"] == "https://meet.example.org/coach"
        seen.add(str(event["UID"]).partition("@")[0])
    assert seen == uids
    assert len(uids) == 2


def test_a_moved_meeting_is_the_same_to_calendars_only_newer(world: World, office: PostOffice) -> None:
    trained(world, ANNA)
    world.bookable(COACH)
    checkins.place_due(world.session, now=AFTER)
    world.drain(AFTER)
    new_time = IDEAL + DAY

    move(world, new_time)
    world.drain(AFTER)

    for email in (ANNA, COACH):
        first, second = (calendar(mail) for mail in office.to(email))
        assert first[1]["UID"] == second[1]["UID"]
        assert (second[0], second[1]["SEQUENCE"], second[1]["DTSTART"].dt) == ("REQUEST", 1, new_time)


def move(world: World, starts_at: datetime, *, now: datetime = AFTER) -> None:
    coaching.arrange(
        world.session,
        touchpoint=world.touchpoint(ANNA, "talk"),
        starts_at=starts_at,
        now=now,
        actor_id=world.person(COACH),
    )


def test_only_who_was_invited_is_told_that_it_was_cancelled(world: World, office: PostOffice) -> None:
    trained(world, ANNA)
    world.bookable(COACH)
    checkins.place_due(world.session, now=AFTER)
    office.at_envelope = lambda recipient: "550 nobody there" if recipient == COACH else "250 OK"
    world.drain(AFTER)

    check_in = world.session.scalars(select(CheckIn)).one()
    touchpoint = world.touchpoint(ANNA, "talk")
    checkins.cancel(world.session, check_in=check_in, touchpoint=touchpoint, now=AFTER + DAY)
    world.session.commit()
    world.drain(AFTER + DAY)

    assert [mail.kind for mail in world.mails(to=COACH)] == [MessageKind.INVITATION]
    method, event = calendar(office.to(ANNA)[-1])
    assert (method, event["SEQUENCE"], event["STATUS"]) == ("CANCEL", 1, "CANCELLED")
    assert calendar(office.to(ANNA)[0])[1]["UID"] == event["UID"]


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
    trained(world, ANNA, BEN)
    world.bookable(COACH)
    checkins.place_due(world.session, now=AFTER)
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


def test_a_meeting_may_be_moved_by_less_than_its_own_length(world: World) -> None:
    trained(world, ANNA)
    world.bookable(COACH)
    move(world, IDEAL)

    move(world, IDEAL + timedelta(minutes=15))

    (meeting,) = meetings(world)
    assert meeting.starts_at == IDEAL + timedelta(minutes=15)


def test_what_is_no_meeting_and_who_has_no_coach_cannot_meet(world: World) -> None:
    trained(world, ANNA, coaches=())

    for step in ("asked", "talk"):
        with pytest.raises(NotFound):
            checkins.of(world.session, touchpoint=world.touchpoint(ANNA, step), now=AFTER)
    assert checkins.place_due(world.session, now=AFTER) == (0, 0)


def test_an_invitation_that_lost_its_time_is_not_written(world: World, office: PostOffice) -> None:
    trained(world, ANNA)
    world.bookable(COACH)
    checkins.place_due(world.session, now=AFTER)
    world.session.execute(update(CheckIn).values(starts_at=None))
    world.session.commit()

    world.drain(AFTER)

    assert office.arrived == []
    assert {mail.reason for mail in world.mails(kind=MessageKind.INVITATION)} == {"this meeting has no time yet"}


@pytest.mark.parametrize(
    ("week", "link"),
    [("every day", ""), ("mon-fri 17:00-09:00", ""), ("mon 09:00-10:00", "http://meet.example.org")],
)
def test_hours_that_cannot_be_read_are_refused_with_a_sentence(world: World, week: str, link: str) -> None:
    with pytest.raises(Invalid) as refused:
        coaching.set_hours(world.session, coach_id=world.person(COACH), week=week, link=link)

    assert refused.value.fields
    assert world.session.scalars(select(CoachProfile)).all() == []


def test_a_meeting_of_a_stopped_plan_is_not_placed_by_a_worker_that_was_quick_to_look(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looked, and the plan stopped before its turn came."""
    from coachfollow.flow import plans
    from coachfollow.queries import meetings as reads
    from coachfollow.rules.words import StopReason

    trained(world, ANNA)
    world.bookable(COACH)
    seen = reads.unplaced(world.session, now=AFTER, ahead=checkins.AHEAD)
    assert len(seen) == 1
    plans.stop(world.session, plan_id=world.plan(ANNA).id, reason=StopReason.ASKED, now=AFTER)
    monkeypatch.setattr(reads, "unplaced", lambda *_, **__: seen)

    assert checkins.place_due(world.session, now=AFTER) == (0, 0)

    assert meetings(world) == []
    assert world.session.scalars(select(Message.id)).all() == []
    assert world.session.scalars(
        select(Touchpoint.state).where(Touchpoint.id == seen[0][0])
    ).one() is TouchpointState.CANCELLED
