"""Whoever stopped their follow-up can have it back, and so can staff whom they asked; nothing piles up."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update

from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import placing, plans, restarting
from coachfollow.models import CheckIn, Event, Person
from coachfollow.queries import completion
from coachfollow.queries.filters import EVERYTHING, Filters, GroupBy
from coachfollow.rules.kinds import (
    CheckInState,
    MessageKind,
    MessageState,
    PlanState,
    StopReason,
    TouchpointState,
)
from coachfollow.rules.measuring import FollowUps
from tests.flow.post_office import PostOffice
from tests.flow.world import AFTER, ANNA, COACH, DAY, FIRST_MAIL, Stand, World, anna_has_a_coach


@pytest.fixture
def trained(stand: Stand) -> World:
    return stand(anna_has_a_coach)


def leave(
    world: World, *, now: datetime, by: str | None = ANNA, reason: StopReason = StopReason.ASKED
) -> None:
    actor_id = world.person(by) if by else None
    plans.leave(world.session, plan_id=world.plan(ANNA).id, reason=reason, now=now, actor_id=actor_id)


def take_back(world: World, *, now: datetime) -> None:
    restarting.take_back(
        world.session,
        plan_id=world.plan(ANNA).id,
        now=now,
        person_id=world.person(ANNA),
    )


def numbers(world: World, now: datetime) -> FollowUps:
    return completion.completion(
        world.session,
        filters=Filters(organisation_id=world.organisation_id, sight=EVERYTHING),
        by=GroupBy.NONE,
        now=now,
    ).total.follow_ups


def test_what_is_still_to_come_is_sent_and_what_came_due_meanwhile_is_not(
    trained: World, office: PostOffice
) -> None:
    trained.live(FIRST_MAIL + DAY)
    leave(trained, now=FIRST_MAIL + DAY)
    trained.live(
        FIRST_MAIL + 8 * DAY, since=FIRST_MAIL + DAY
    )  # the reminder and a question come due meanwhile
    before = [mail["Subject"] for mail in office.to(ANNA)]

    take_back(trained, now=FIRST_MAIL + 8 * DAY)
    trained.live(FIRST_MAIL + 41 * DAY, since=FIRST_MAIL + 8 * DAY)

    states = trained.states(ANNA)
    assert states["nudge"] is TouchpointState.CANCELLED
    assert states["asked"] is TouchpointState.CANCELLED
    assert trained.touchpoint(ANNA, "last-nudge").local_date == date(2026, 4, 13)  # a Monday, as it was
    after = [mail["Subject"] for mail in office.to(ANNA)][len(before) :]
    assert "How is it going?" not in after
    assert after[-1] == "First things first: your plan in one sentence", (
        "a reminder of what is not written yet"
    )
    assert trained.events("plan restarted") == 1


def test_whoever_stops_takes_no_question_out_of_the_numbers_that_they_had_been_asked(
    trained: World, office: PostOffice
) -> None:
    trained.drain(FIRST_MAIL)
    assert office.to(ANNA)
    before = numbers(trained, FIRST_MAIL + timedelta(minutes=5))
    leave(trained, now=FIRST_MAIL + timedelta(minutes=5))
    after = numbers(trained, FIRST_MAIL + timedelta(minutes=5))
    assert (after.due, after.missed, after.open) == (before.due, before.missed + 1, before.open - 1)

    take_back(trained, now=FIRST_MAIL + timedelta(minutes=10))
    again = numbers(trained, FIRST_MAIL + DAY)
    assert (again.due, again.missed, again.open) == (before.due, before.missed, before.open)


def test_a_stop_by_mistake_asks_again_what_was_open_and_takes_its_answer(
    trained: World, office: PostOffice
) -> None:
    trained.drain(FIRST_MAIL)
    leave(trained, now=FIRST_MAIL + timedelta(minutes=5))
    take_back(trained, now=FIRST_MAIL + timedelta(minutes=10))
    trained.drain(FIRST_MAIL + DAY)

    trained.commit_to(ANNA, "a guest complains", "listen", now=FIRST_MAIL + DAY)

    assert trained.states(ANNA)["plan"] is TouchpointState.COMPLETED
    sent = [one.state for one in trained.mails(to=ANNA, kind=MessageKind.COMMITMENT)]
    assert sent == [MessageState.SENT], "whoever has the question does not get it twice"
    assert office.arrived


@pytest.mark.usefixtures("office")
def test_its_meeting_is_looked_for_anew(trained: World) -> None:
    placing.place_due(trained.session, now=AFTER)
    trained.drain(FIRST_MAIL)
    leave(trained, now=FIRST_MAIL + DAY)
    take_back(trained, now=FIRST_MAIL + 2 * DAY)

    placing.place_due(trained.session, now=FIRST_MAIL + 2 * DAY)

    meeting = trained.session.query(CheckIn).one()
    assert meeting.state is CheckInState.PLACED
    trained.session.rollback()
    assert len(trained.mails(to=ANNA, kind=MessageKind.INVITATION)) == 2


def test_the_numbers_count_it_as_running_again_and_add_up(trained: World) -> None:
    trained.open_mails(FIRST_MAIL)
    leave(trained, now=FIRST_MAIL + DAY)
    take_back(trained, now=FIRST_MAIL + DAY)
    trained.open_mails(FIRST_MAIL + DAY)

    report = completion.completion(
        trained.session,
        filters=Filters(organisation_id=trained.organisation_id, sight=EVERYTHING),
        by=GroupBy.NONE,
        now=FIRST_MAIL + DAY,
    )

    people, asked = report.total.people, report.total.follow_ups
    assert (people.attended, people.stopped, people.never_started) == (1, 0, 1)
    assert asked.open == 1
    assert asked.due == asked.on_time + asked.late + asked.missed + asked.open


def test_staff_start_again_only_what_its_person_asked_for(trained: World) -> None:
    leave(trained, now=FIRST_MAIL)
    plan_id, coach_id = trained.plan(ANNA).id, trained.person(COACH)

    def restart(*, agreed: bool) -> None:
        restarting.restart(
            trained.session, plan_id=plan_id, now=FIRST_MAIL + DAY, actor_id=coach_id, agreed=agreed
        )

    with pytest.raises(Invalid, match="only if they asked you to"):
        restart(agreed=False)
    trained.session.rollback()
    restart(agreed=True)

    assert trained.standing(ANNA) == (PlanState.ACTIVE, None)
    [event] = trained.session.query(Event).filter(Event.name == "plan restarted").all()
    assert (event.actor_id, '"agreed": true' in event.facts) == (coach_id, True)


def test_what_staff_stopped_is_not_taken_back_by_its_person_alone(trained: World) -> None:
    leave(trained, now=FIRST_MAIL, by=COACH, reason=StopReason.LEAVE)

    offer = restarting.offered(trained.session, plan_id=trained.plan(ANNA).id, now=FIRST_MAIL + DAY)
    assert offer is not None
    assert not offer.is_own
    with pytest.raises(Conflict, match="tell them"):
        take_back(trained, now=FIRST_MAIL + DAY)


def test_starting_again_twice_is_refused_and_changes_nothing(trained: World) -> None:
    leave(trained, now=FIRST_MAIL)
    take_back(trained, now=FIRST_MAIL + DAY)

    with pytest.raises(Conflict):
        take_back(trained, now=FIRST_MAIL + DAY)
    trained.session.rollback()
    assert trained.standing(ANNA) == (PlanState.ACTIVE, None)


def test_it_can_be_stopped_and_started_again_once_more(trained: World) -> None:
    for n in range(2):
        leave(trained, now=FIRST_MAIL + n * DAY)
        take_back(trained, now=FIRST_MAIL + n * DAY + timedelta(hours=1))

    assert trained.standing(ANNA) == (PlanState.ACTIVE, None)
    assert trained.states(ANNA)["last-nudge"] is TouchpointState.PLANNED


def test_nobody_comes_back_who_was_erased_or_has_left(trained: World) -> None:
    leave(trained, now=FIRST_MAIL)
    plan_id = trained.plan(ANNA).id
    left = update(Person).where(Person.email == ANNA)
    trained.session.execute(left.values(left_on=FIRST_MAIL.date()))
    trained.session.commit()

    assert restarting.offered(trained.session, plan_id=plan_id, now=FIRST_MAIL + 2 * DAY) is None

    trained.session.execute(left.values(left_on=None))
    trained.session.commit()
    assert restarting.offered(trained.session, plan_id=plan_id, now=FIRST_MAIL + 2 * DAY) is not None
    trained.session.execute(left.values(erased_at=FIRST_MAIL))
    trained.session.commit()
    assert restarting.offered(trained.session, plan_id=plan_id, now=FIRST_MAIL + 2 * DAY) is None


@pytest.mark.usefixtures("office")
def test_days_are_those_of_the_zone_its_person_lives_in_now(trained: World) -> None:
    leave(trained, now=FIRST_MAIL)
    trained.session.execute(update(Person).where(Person.email == ANNA).values(zone="Asia/Tokyo"))
    trained.session.commit()

    take_back(trained, now=FIRST_MAIL + DAY)

    last = trained.touchpoint(ANNA, "last-nudge")
    assert (last.zone, last.local_time.hour) == ("Asia/Tokyo", 9)
    assert last.due_at.hour == 0
