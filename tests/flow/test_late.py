"""What leaves late waits until its reader works; what somebody asked for, or has in a calendar, does not wait."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from coachfollow.flow import asking_again, placing, postmaster, waiting
from coachfollow.models import Event, LeaveSpell, MailTurn, Message, Person, Touchpoint
from coachfollow.queries import clockwork, leaving, plan_heads, timelines
from coachfollow.queries.leaving import Leaving
from coachfollow.rules.kinds import MessageKind, MessageState
from tests.databases import statements
from tests.flow.post_office import PostOffice
from tests.flow.world import AFTER, DAY, FIRST_MAIL, OPENED, TRAINING, World

ANNA, BEN, BOSS, COACH = "anna@example.org", "ben@example.org", "boss@example.org", "coach@example.org"
HOUR = timedelta(hours=1)
EVENING = FIRST_MAIL + 5 * HOUR  # eight o'clock; people live by UTC and work until five
MORNING = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
NEW_YORK = "America/New_York"
IN_EUROPE = datetime(2026, 3, 4, 9, 43, tzinfo=UTC)  # 04:43 in New York
NINE_THERE = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)


def lives_in(world: World, email: str, zone: str) -> None:
    world.session.execute(update(Person).where(Person.id == world.person(email)).values(zone=zone))
    world.session.commit()


def commitment(world: World, to: str = ANNA) -> Message:
    return world.mail(to=to, kind=MessageKind.COMMITMENT)


def moments(world: World) -> list[Leaving]:
    """When Anna's first mail left or is to leave, as `coachfollow plan show` says it now."""
    mail = commitment(world)
    dates = timelines.dates(world.session, plan_id=mail.plan_id or 0)
    head = plan_heads.of(world.session, public_id=world.plan(ANNA).public_id)
    found = leaving.of_plan(world.session, head, dates=dates, now=EVENING)
    world.session.rollback()
    return [found[one.id] for one in dates if one.step == "plan"]


def test_g6_yesterdays_list_reaches_nobody_in_their_night(world: World, office: PostOffice) -> None:
    lives_in(world, ANNA, NEW_YORK)
    world.bring_in(world.open_group(), f"{ANNA}\n{BEN}\n", now=IN_EUROPE)

    world.drain(IN_EUROPE)

    assert (len(office.to(ANNA)), len(office.to(BEN))) == (0, 1), "it is a quarter to ten where Ben lives"
    assert commitment(world).send_at == NINE_THERE
    assert clockwork.next_event(world.session, after=IN_EUROPE) == NINE_THERE
    world.drain(NINE_THERE)
    assert len(office.to(ANNA)) == 1


def test_what_waits_is_written_down_once_and_not_looked_at_before(world: World, office: PostOffice) -> None:
    world.train(ANNA)
    for minutes in range(0, 60, 20):
        world.drain(EVENING + timedelta(minutes=minutes))

    facts = world.session.scalars(select(Event.facts).where(Event.name == "mail kept")).all()
    assert facts == ['{"kept": "2026-03-04", "limit": "hours"}']
    mail = commitment(world)
    assert (mail.state, mail.send_at, mail.fence) == (MessageState.QUEUED, MORNING, mail.fence)
    assert mail.expires_at == MORNING + 2 * DAY, "it has as long as any mail from then on"
    assert moments(world) == [Leaving(at=MORNING, has_left=False)]
    assert not office.to(ANNA)


@pytest.mark.usefixtures("office")
def test_the_day_on_which_it_leaves_is_the_one_that_counts(world: World) -> None:
    world.train(ANNA)
    world.drain(EVENING)
    assert not world.session.scalars(select(MailTurn.day)).all()

    world.drain(MORNING)

    assert world.session.scalars(select(MailTurn.day)).all() == [MORNING.date()]
    assert moments(world)[0].has_left
    assert moments(world)[0].at == MORNING


def test_g6_after_an_outage_of_a_weekend_they_come_on_monday(world: World, office: PostOffice) -> None:
    friday = date(2026, 3, 6)
    cohort = world.open_group(days=[friday])
    world.bring_in(cohort, f"{ANNA}\n", now=AFTER + 3 * DAY)

    world.live(datetime(2026, 3, 8, 12, 0, tzinfo=UTC), since=EVENING + 3 * DAY)
    assert not office.to(ANNA)

    monday = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
    world.drain(monday)
    assert len(office.to(ANNA)) == 1
    assert commitment(world).settled_at == monday


def test_what_a_mail_server_puts_off_into_the_night_waits_too(world: World, office: PostOffice) -> None:
    world.train(ANNA)
    office.at_dot = lambda _: "451 4.7.1 not now"
    world.drain(FIRST_MAIL)
    office.reset()
    world.lease_passes(HOUR)

    world.drain(EVENING)
    assert commitment(world).send_at == MORNING
    assert not office.to(ANNA)

    world.drain(MORNING)
    assert len(office.to(ANNA)) == 1
    assert world.session.scalars(select(MailTurn.day)).all() == [MORNING.date()]


def test_a_managers_card_comes_while_the_manager_works(world: World, office: PostOffice) -> None:
    cohort = world.open_group()
    world.invite(cohort, f"{ANNA}\n")
    world.manages(BOSS, ANNA)
    lives_in(world, BOSS, NEW_YORK)
    due_at = world.touchpoint(ANNA, "before").due_at
    world.session.rollback()

    world.drain(due_at)
    assert not office.to(BOSS), "it is night where they live"

    world.drain(datetime.combine(due_at.date(), NINE_THERE.time(), tzinfo=UTC))
    assert len(office.to(BOSS)) == 1


@pytest.mark.usefixtures("office")
def test_leave_that_became_known_since_keeps_a_reminder(world: World) -> None:
    world.train(ANNA)
    world.drain(FIRST_MAIL)
    first, _ = world.mails(kind=MessageKind.REMINDER)
    day = first.send_at.date()
    world.session.add(
        LeaveSpell(person_id=world.person(ANNA), first_day=day, last_day=day, entered_at=OPENED)
    )
    world.session.commit()

    world.drain(first.send_at)

    assert first.id in {mail.id for mail in world.mails(state=MessageState.QUEUED)}


@pytest.mark.usefixtures("office")
def test_what_would_be_over_by_the_morning_ends_and_is_held_against_nobody(world: World) -> None:
    world.train(ANNA)
    world.open_mails(FIRST_MAIL)
    plan = world.touchpoint(ANNA, "plan")
    plan.closes_at = MORNING + HOUR
    world.session.commit()

    world.drain(EVENING)

    mail = commitment(world)
    assert (mail.state, mail.reason) == (MessageState.EXPIRED, waiting.NO_HOURS)
    found = world.session.get_one(Touchpoint, mail.touchpoint_id, populate_existing=True)
    assert (found.undeliverable, found.state_reason) == (True, waiting.NO_HOURS)
    assert world.events("mail expired") == 1


@pytest.mark.usefixtures("office")
def test_what_may_have_arrived_stays_in_doubt_where_no_time_is_left(world: World) -> None:
    world.train(ANNA)
    world.open_mails(FIRST_MAIL)
    world.touchpoint(ANNA, "plan").closes_at = MORNING
    world.session.execute(update(Message).values(resends=1))
    world.session.commit()

    world.drain(EVENING)

    assert commitment(world).state is MessageState.IN_DOUBT
    assert world.events("mail in doubt") == 1


def test_what_an_operator_sends_again_leaves_at_once(world: World, office: PostOffice) -> None:
    world.train(ANNA)
    office.at_dot = lambda _: "550 5.1.1 no such user"
    world.drain(FIRST_MAIL)
    office.reset()
    world.session.execute(update(Person).values(undeliverable_at=None))
    world.session.commit()
    postmaster.resend(
        world.session,
        organisation_id=world.organisation_id,
        public_ids=[commitment(world).public_id],
        reason="the address was mended",
        actor_id=None,
        now=EVENING,
    )

    world.drain(EVENING)

    assert len(office.to(ANNA)) == 1


@pytest.mark.usefixtures("office")
def test_who_asks_for_the_open_question_gets_it_at_once(world: World) -> None:
    world.train(ANNA)
    world.drain(FIRST_MAIL)
    mail = commitment(world)
    asking_again.mail_current(
        world.session, plan_id=mail.plan_id or 0, person_id=mail.person_id, visitor="her", now=EVENING
    )

    world.drain(EVENING)

    assert world.outcomes(MessageKind.CURRENT_QUESTION) == ["sent"]


@pytest.mark.usefixtures("office")
def test_calendars_are_told_at_once(world: World) -> None:
    cohort = world.open_group(coaches=[COACH])
    world.bookable(COACH)
    world.bring_in(cohort, f"{ANNA}\n")
    placing.place_due(world.session, now=EVENING)

    world.drain(EVENING)

    assert world.outcomes(MessageKind.INVITATION) == ["sent", "sent"]
    assert world.outcomes() == ["queued"]


@pytest.mark.parametrize("people", [2, 40])
@pytest.mark.usefixtures("office")
def test_it_takes_as_many_statements_for_many_late_mails_as_for_few(world: World, people: int) -> None:
    world.train(*(f"person{number}@example.org" for number in range(people)))
    world.open_mails(FIRST_MAIL)

    with statements() as asked:
        world.drain(EVENING)

    assert world.outcomes() == ["queued"] * people
    assert len(asked) <= 50


def test_a_mail_that_waits_is_said_on_the_day_it_is_to_leave_before_anything_was_decided(
    world: World,
) -> None:
    world.train(ANNA)
    head = plan_heads.of(world.session, public_id=world.plan(ANNA).public_id)
    dates = timelines.dates(world.session, plan_id=head.plan_id)
    plan = next(one for one in dates if one.step == "plan")

    for now, at in ((AFTER, FIRST_MAIL), (FIRST_MAIL + HOUR, FIRST_MAIL + HOUR), (EVENING, MORNING)):
        found = leaving.of_plan(world.session, head, dates=dates, now=now)
        assert found[plan.id] == Leaving(at=at, has_left=False)
    assert plan.local_date == TRAINING
