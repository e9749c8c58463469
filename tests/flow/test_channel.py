"""Reminders in a calendar instead of by mail: nothing is mailed, nothing is lost, one's own words stand there."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar, Event
from sqlalchemy import select, update

from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.flow import (
    commitments,
    erasing,
    feeding,
    feeds,
    plans,
    programmes,
    signin,
    silences,
    tempos,
    upgrading,
)
from coachfollow.intake import programme as template
from coachfollow.models import CalendarFeed, Cohort, FollowUpPlan, Person
from coachfollow.queries import personal, turns
from coachfollow.queries import tempos as reads
from coachfollow.rules.asking import Answered
from coachfollow.rules.kinds import Channel, MessageKind, PlanState, StopReason, TouchpointState
from coachfollow.rules.tempo import AS_PLANNED, IN_CALENDAR, Tempo
from tests.flow.grounds import Ground
from tests.flow.world import AFTER, DAY, FIRST_MAIL, MOMENTS, OPENED, Stand, World

ANNA = "anna@example.org"
NOW = AFTER + DAY  # Wednesday, 4 March
NUDGE = AFTER + 4 * DAY  # the first reminder has come
CALENDAR = Tempo(channel=Channel.CALENDAR)
WORDS = Answered(situation="a guest complains", action="listen before I explain")
FREE = MOMENTS.replace("key: moments", "key: free").replace("attended:", "allow: {channel: true}\nattended:")


def trained(world: World) -> None:
    """Anna has been trained in a programme that lets her choose the channel, and has written her plan."""
    programme = template.read(FREE, file="free.yaml")
    programmes.publish(world.session, organisation_id=world.organisation_id, programme=programme, now=OPENED)
    world.bring_in(world.open_group(programme="free"), f"Anna Berg <{ANNA}>\n")
    world.open_mails(FIRST_MAIL)
    commitments.change(world.session, plan_id=world.plan(ANNA).id, answered=WORDS, now=FIRST_MAIL)


def in_calendar(world: World) -> None:
    """She has chosen her calendar."""
    trained(world)
    choose(world, CALENDAR)


@pytest.fixture
def by_mail(stand: Stand) -> World:
    return stand(trained)


@pytest.fixture
def world(stand: Stand, ground: Ground, tmp_path: Path) -> Iterator[World]:
    """What lies beside the database is the test's own: it may name who was erased."""
    with ground.told(data_dir=tmp_path):
        yield stand(in_calendar)


def choose(world: World, own: Tempo, now: datetime = NOW) -> None:
    plan = world.plan(ANNA)
    found = tempos.foresee(world.session, plan_id=plan.id, own=own, now=now)
    tempos.choose(world.session, plan_id=plan.id, own=own, now=now, actor_id=plan.person_id, shown=found.mark)


def token(world: World) -> str:
    url = feeds.address(world.session, plan_id=world.plan(ANNA).id).url
    assert url is not None
    return url.rpartition("/")[2].removesuffix(".ics")


def raw(world: World, now: datetime = NOW) -> bytes:
    return feeding.write(world.session, token=token(world), now=now)


def entries(world: World, now: datetime = NOW) -> Mapping[str, Event]:
    """What stands in Anna's calendar, by title."""
    calendar = Calendar.from_ical(raw(world, now))
    assert calendar.errors == []
    return {str(event["SUMMARY"]): event for event in calendar.events}


def test_a_reminder_in_the_calendar_is_done_without_a_mail_and_in_no_number(world: World) -> None:
    world.open_mails(NUDGE)

    nudge = world.touchpoint(ANNA, "nudge")
    assert (nudge.state, nudge.state_reason, nudge.outcome) == (
        TouchpointState.COMPLETED,
        IN_CALENDAR,
        None,
    )
    assert nudge.settled_at == NUDGE
    assert not world.mails(to=ANNA, kind=MessageKind.PROMPT)
    assert world.events("follow-up in calendar") == 1
    assert world.events("follow-up opened") == 1, "the first mail's"


def test_questions_and_their_reminders_come_by_mail_all_the_same(world: World) -> None:
    world.open_mails(AFTER + 10 * DAY)

    assert world.mails(to=ANNA, kind=MessageKind.REFLECTION)
    assert world.mails(to=ANNA, kind=MessageKind.REMINDER)


def test_mail_can_be_chosen_again_and_the_calendar_becomes_empty_and_fills_once_more(world: World) -> None:
    address = token(world)
    choose(world, AS_PLANNED, NOW + timedelta(hours=1))

    assert Calendar.from_ical(feeding.write(world.session, token=address, now=NOW)).events == []
    assert reads.of_plan(world.session, plan_id=world.plan(ANNA).id).own == AS_PLANNED
    world.open_mails(NUDGE)
    assert world.mails(to=ANNA, kind=MessageKind.PROMPT)

    choose(world, CALENDAR, NUDGE + DAY)
    assert token(world) == address
    assert list(entries(world, NUDGE + DAY)) == ["How is it going?", "One last time", "One last question"]


def test_the_calendar_holds_what_comes_with_the_words_of_the_author_and_ones_own(world: World) -> None:
    found = entries(world)

    assert list(found) == ["Your plan again", "How is it going?", "One last time", "One last question"]
    nudge, asked = found["Your plan again"], found["How is it going?"]
    assert nudge.start == datetime(2026, 3, 6, 9, 0, tzinfo=UTC)
    assert "When a guest complains, I will listen before I explain" in str(nudge["DESCRIPTION"])
    assert world.plan(ANNA).public_id in str(nudge["DESCRIPTION"])
    assert asked.start == date(2026, 3, 10)
    assert "comes by mail on this day, about 09:00" in str(asked["DESCRIPTION"])
    assert "guest" not in str(asked["DESCRIPTION"])
    assert {event["CLASS"] for event in found.values()} == {"PRIVATE"}
    assert not [title for title in found if "guest" in title]


def test_a_title_that_would_name_anything_of_a_person_is_put_in_our_words_and_in_their_language(
    world: World,
) -> None:
    text = FREE.replace("de: {subject: Noch einmal, ", 'de: {subject: "{{first_name}}: {{action}}", ')
    programme = template.read(text.replace("key: free", "key: freer"), file="free.yaml")
    programmes.publish(world.session, organisation_id=world.organisation_id, programme=programme, now=OPENED)
    world.bring_in(world.open_group("autumn", programme="freer"), "Udo Kern <udo@example.org>\n")
    world.session.execute(update(Person).where(Person.email == "udo@example.org").values(locale="de-AT"))
    world.session.commit()
    plan = world.plan("udo@example.org")
    tempos.choose(world.session, plan_id=plan.id, own=CALENDAR, now=NOW, actor_id=plan.person_id)
    url = feeds.address(world.session, plan_id=plan.id).url or ""
    written = feeding.write(world.session, token=url[-36:-4], now=NOW)

    first = Calendar.from_ical(written).events[0]
    assert first["SUMMARY"] == "Eine Erinnerung an deinen Plan"
    assert str(first["DESCRIPTION"]).startswith("Dein Plan fehlt noch.")


def test_the_same_state_gives_the_same_bytes_and_a_change_a_later_sequence(world: World) -> None:
    before = raw(world)
    assert raw(world, NOW + timedelta(hours=5)) == before
    nudge, later = entries(world)["Your plan again"], NOW + timedelta(hours=6)

    changed = Answered(situation="a guest waits", action="ask what they need")
    commitments.change(world.session, plan_id=world.plan(ANNA).id, answered=changed, now=later)

    after = entries(world, later)["Your plan again"]
    assert "a guest waits" in str(after["DESCRIPTION"])
    assert after["UID"] == nudge["UID"]
    assert after.sequence > nudge.sequence
    assert after.LAST_MODIFIED == later > nudge.LAST_MODIFIED


def test_words_of_a_later_version_come_with_a_later_sequence(world: World) -> None:
    nudge, later = entries(world)["Your plan again"], NOW + timedelta(hours=6)
    text = FREE.replace("Your plan again", "Your own plan")
    programme = template.read(text, file="free.yaml")
    programmes.publish(world.session, organisation_id=world.organisation_id, programme=programme, now=later)
    cohort = world.session.get_one(Cohort, world.plan(ANNA).cohort_id)
    upgrading.upgrade(world.session, cohort=cohort, now=later)

    after = entries(world, later)["Your own plan"]
    assert after["UID"] == nudge["UID"]
    assert after.sequence > nudge.sequence
    assert later == after.LAST_MODIFIED


def test_what_has_been_stays_in_sight_for_a_month(world: World) -> None:
    world.open_mails(NUDGE)

    assert "Your plan again" in entries(world, NUDGE + 20 * DAY)
    assert "Your plan again" not in entries(world, NUDGE + 31 * DAY)


def test_pause_and_stop_need_nothing_of_their_own(world: World) -> None:
    plan = world.plan(ANNA).id
    plans.pause(world.session, plan_id=plan, until=date(2026, 3, 20), now=NOW)
    assert entries(world) == {}, "a pause is quiet, and its end dates everything anew"
    plans.resume(world.session, plan_id=plan, now=AFTER + 17 * DAY)
    assert entries(world)["Your plan again"].start > datetime(2026, 3, 20, tzinfo=UTC)

    plans.stop(world.session, plan_id=plan, reason=StopReason.ASKED, now=AFTER + 18 * DAY)
    assert entries(world, AFTER + 18 * DAY) == {}
    assert world.standing(ANNA) == (PlanState.STOPPED, StopReason.ASKED)


def test_in_a_silence_reminders_rest_in_the_calendar_too(world: World) -> None:
    world.session.execute(update(FollowUpPlan).values(silent_since=NOW))
    world.session.commit()
    assert list(entries(world)) == ["How is it going?", "One last question"]

    world.open_mails(NUDGE)
    assert world.touchpoint(ANNA, "nudge").state is TouchpointState.EXCUSED
    silences.come_back(world.session, plan_id=world.plan(ANNA).id, now=NUDGE, actor_id=world.person(ANNA))
    assert "One last time" in entries(world, NUDGE)


def test_another_address_ends_the_one_before(world: World) -> None:
    before = token(world)
    feeds.renew(world.session, plan_id=world.plan(ANNA).id, now=NOW, actor_id=world.person(ANNA))

    assert token(world) != before
    assert entries(world)
    with pytest.raises(NotFound):
        feeding.write(world.session, token=before, now=NOW)
    assert world.events("calendar address renewed") == 1


def test_whoever_ends_all_their_links_gets_mails_again_until_there_is_another_address(world: World) -> None:
    before = token(world)
    signin.leave_everywhere(world.session, person_id=world.person(ANNA), now=NOW)

    with pytest.raises(NotFound):
        feeding.write(world.session, token=before, now=NOW)
    assert not feeds.address(world.session, plan_id=world.plan(ANNA).id).holds
    world.open_mails(NUDGE)
    assert world.mails(to=ANNA, kind=MessageKind.PROMPT)

    feeds.renew(world.session, plan_id=world.plan(ANNA).id, now=NUDGE, actor_id=world.person(ANNA))
    world.open_mails(AFTER + 45 * DAY)
    assert world.touchpoint(ANNA, "last-nudge").state_reason == IN_CALENDAR


def test_a_leaver_has_no_calendar(world: World) -> None:
    world.session.execute(update(Person).where(Person.email == ANNA).values(left_on=NOW.date()))
    world.session.commit()

    assert entries(world)
    with pytest.raises(NotFound):
        raw(world, NOW + DAY)


def test_erasing_ends_the_address_and_an_export_holds_the_choice_without_it(world: World) -> None:
    address, person = token(world), world.person(ANNA)
    rows = personal.rows(world.session, person_id=person)
    assert rows["plans"][0]["calendar_since"] == NOW
    assert "calendar_feeds" not in rows

    erasing.erase(world.session, person_id=person, now=NOW)

    assert world.session.scalars(select(CalendarFeed)).all() == []
    with pytest.raises(NotFound):
        feeding.write(world.session, token=address, now=NOW)


def test_the_database_does_not_hold_the_address(world: World) -> None:
    address = token(world)
    held = world.session.execute(select(CalendarFeed.public_id, CalendarFeed.hash)).one()

    assert address not in repr(held)


def test_a_reminder_in_the_calendar_takes_no_room_from_mails(world: World) -> None:
    person = world.person(ANNA)
    coming = turns.coming(world.session, people=[person], until=AFTER + 8 * DAY)
    assert MessageKind.PROMPT not in {one.kind for one in coming}

    choose(world, AS_PLANNED)
    coming = turns.coming(world.session, people=[person], until=AFTER + 8 * DAY)
    assert MessageKind.PROMPT in {one.kind for one in coming}


def test_the_last_thing_to_come_ends_the_follow_up_though_nothing_is_mailed(world: World) -> None:
    world.live(AFTER + 45 * DAY, since=NOW)

    assert world.touchpoint(ANNA, "last-nudge").state_reason == IN_CALENDAR
    assert world.standing(ANNA)[0] is not PlanState.ACTIVE
    assert list(entries(world, AFTER + 46 * DAY)) == ["One last time", "One last question"]


def test_mails_that_come_back_do_not_hold_up_a_reminder_in_the_calendar(world: World) -> None:
    world.session.execute(update(Person).where(Person.email == ANNA).values(undeliverable_at=NOW))
    world.session.commit()
    world.open_mails(NUDGE)

    nudge = world.touchpoint(ANNA, "nudge")
    assert (nudge.state_reason, nudge.undeliverable) == (IN_CALENDAR, False)


def test_a_reminder_whose_time_had_come_before_the_choice_comes_by_mail(by_mail: World) -> None:
    due = by_mail.touchpoint(ANNA, "nudge").due_at
    choose(by_mail, CALENDAR, due + timedelta(minutes=10))
    assert "Your plan again" not in entries(by_mail, due + timedelta(minutes=10))
    by_mail.open_mails(due + timedelta(hours=1))

    assert by_mail.touchpoint(ANNA, "nudge").state is TouchpointState.OPEN
    assert by_mail.mails(to=ANNA, kind=MessageKind.PROMPT)


def test_only_what_the_programme_allows_can_be_chosen_and_mail_is_what_one_has(by_mail: World) -> None:
    plan = by_mail.plan(ANNA).id
    with pytest.raises(Conflict, match="by mail"):
        feeds.address(by_mail.session, plan_id=plan)
    with pytest.raises(Conflict, match="by mail"):
        feeds.renew(by_mail.session, plan_id=plan, now=NOW, actor_id=by_mail.person(ANNA))
    by_mail.session.rollback()
    by_mail.bring_in(by_mail.open_group("autumn"), "paul@example.org\n")
    other = by_mail.plan("paul@example.org")
    with pytest.raises(Invalid, match="keeps it as it is"):
        tempos.foresee(by_mail.session, plan_id=other.id, own=CALENDAR, now=NOW)


def test_choosing_the_calendar_moves_no_day(by_mail: World) -> None:
    found = tempos.foresee(by_mail.session, plan_id=by_mail.plan(ANNA).id, own=CALENDAR, now=NOW)

    assert found.moves == []
