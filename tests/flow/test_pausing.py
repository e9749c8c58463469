"""A pause keeps the intervals, a stop ends everything at once; mails and meetings follow."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.errors import Closed, Conflict, Invalid, NotFound
from coachfollow.flow import dispatch, opening, placing, plans
from coachfollow.models import FollowUpPlan, Message, Person, Touchpoint
from coachfollow.rules import worktime
from coachfollow.rules.kinds import (
    MessageKind,
    MessageState,
    PlanState,
    StopReason,
    TouchpointState,
)
from tests.flow import world as worlds
from tests.flow.grounds import Ground
from tests.flow.post_office import PostOffice
from tests.flow.world import AFTER, ANNA, COACH, DAY, FIRST_MAIL, Stand, World, anna_has_a_coach


@pytest.fixture
def trained(stand: Stand) -> World:
    return stand(anna_has_a_coach)


def pause(world: World, until: date, *, now: datetime) -> None:
    plans.pause(world.session, plan_id=world.plan(ANNA).id, until=until, now=now)


def resume(world: World, *, now: datetime) -> None:
    plans.resume(world.session, plan_id=world.plan(ANNA).id, now=now)


def stop(world: World, *, now: datetime) -> None:
    plans.stop(world.session, plan_id=world.plan(ANNA).id, reason=StopReason.ASKED, now=now)


def days(world: World) -> dict[str, date]:
    found = {
        step: world.touchpoint(ANNA, step).local_date
        for step in ("plan", "nudge", "asked", "talk", "last-nudge")
    }
    world.session.rollback()
    return found


def test_what_is_due_meanwhile_moves_by_the_days_of_the_pause(trained: World, office: PostOffice) -> None:
    before = days(trained)
    pause(trained, date(2026, 3, 17), now=AFTER)

    trained.live(AFTER + 20 * DAY)

    after = days(trained)
    assert {step: (after[step] - before[step]).days for step in before} == dict.fromkeys(before, 14)
    assert trained.standing(ANNA) == (PlanState.ACTIVE, None)
    # on the day of the return comes what was due on the day of the pause, and nothing before nine
    assert [mail["Subject"] for mail in office.to(ANNA)] == [
        "Your plan",
        "Reminder: Your plan",
        "First things first: your plan in one sentence",
    ]


def test_the_pause_is_in_the_reason_of_every_day_that_it_moved(trained: World) -> None:
    trained.open_mails(FIRST_MAIL)
    pause(trained, date(2026, 3, 17), now=FIRST_MAIL)
    resume(trained, now=FIRST_MAIL + 14 * DAY)

    whys = {step: trained.touchpoint(ANNA, step).why for step in ("plan", "nudge", "talk")}
    assert whys == {
        "plan": "on the day of the training, again after a pause",
        "nudge": "3 days after the training, 14 days later because of a pause",
        "talk": "14 days after the training, 14 days later because of a pause",
    }


def test_nothing_leaves_at_midnight_when_a_pause_is_over(trained: World, office: PostOffice) -> None:
    trained.drain(FIRST_MAIL)
    pause(trained, date(2026, 3, 10), now=FIRST_MAIL + timedelta(hours=1))

    trained.drain(datetime(2026, 3, 9, 23, 59, tzinfo=AFTER.tzinfo))
    assert trained.standing(ANNA)[0] is PlanState.PAUSED
    trained.drain(datetime(2026, 3, 10, 0, 1, tzinfo=AFTER.tzinfo))
    assert trained.standing(ANNA)[0] is PlanState.ACTIVE

    assert [mail["Subject"] for mail in office.to(ANNA)] == ["Your plan"]


def test_a_pause_is_over_where_its_person_lives(trained: World) -> None:
    trained.session.execute(update(Person).where(Person.email == ANNA).values(zone="Pacific/Kiritimati"))
    trained.session.commit()
    pause(trained, date(2026, 3, 10), now=AFTER)

    assert plans.resume_due(trained.session, now=datetime(2026, 3, 9, 9, 59, tzinfo=AFTER.tzinfo)) == 0
    assert plans.resume_due(trained.session, now=datetime(2026, 3, 9, 10, 0, tzinfo=AFTER.tzinfo)) == 1


def test_a_moved_day_is_a_working_day(trained: World) -> None:
    pause(trained, date(2026, 3, 7), now=AFTER)  # a Saturday, four days on
    resume(trained, now=AFTER + 4 * DAY)

    moved = days(trained)
    assert moved["nudge"] == date(2026, 3, 10)
    assert moved["plan"] == date(2026, 3, 9)  # a Monday instead of the Saturday
    assert all(day.weekday() < 5 for day in moved.values())


@pytest.mark.usefixtures("office")
def test_a_question_that_was_open_stays_open_and_is_reminded_of_afterwards(trained: World) -> None:
    trained.drain(FIRST_MAIL)
    closes_at = trained.touchpoint(ANNA, "plan").closes_at
    pause(trained, date(2026, 4, 1), now=FIRST_MAIL + DAY)
    assert trained.kinds(to=ANNA, state=MessageState.QUEUED) == []

    trained.live(FIRST_MAIL + 27 * DAY, since=FIRST_MAIL + DAY)
    assert trained.states(ANNA)["plan"] is TouchpointState.OPEN  # not missed during the pause

    trained.live(FIRST_MAIL + 35 * DAY, since=FIRST_MAIL + 27 * DAY)

    assert trained.states(ANNA)["plan"] is TouchpointState.OPEN
    assert trained.touchpoint(ANNA, "plan").closes_at > closes_at + 27 * DAY
    plan = trained.touchpoint(ANNA, "plan").id
    sent = [one.kind for one in trained.mails(to=ANNA, state=MessageState.SENT) if one.touchpoint_id == plan]
    assert sent == [MessageKind.COMMITMENT, MessageKind.REMINDER, MessageKind.REMINDER]


def test_a_question_that_was_open_can_be_answered_during_the_pause(
    trained: World, office: PostOffice
) -> None:
    trained.drain(FIRST_MAIL)
    pause(trained, date(2026, 4, 1), now=FIRST_MAIL + DAY)

    trained.commit_to(ANNA, "a guest complains", "listen", now=FIRST_MAIL + 3 * DAY)
    trained.live(FIRST_MAIL + 34 * DAY, since=FIRST_MAIL + 26 * DAY)

    assert trained.states(ANNA)["plan"] is TouchpointState.COMPLETED
    assert "Reminder: Your plan" not in [mail["Subject"] for mail in office.to(ANNA)]


def test_a_first_mail_that_a_pause_kept_back_is_sent_afterwards(trained: World, office: PostOffice) -> None:
    """The question was opened while the mail server was away: it must not be missed without having been asked."""
    opening.open_due(trained.session, now=FIRST_MAIL)
    pause(trained, date(2026, 3, 10), now=FIRST_MAIL)

    trained.live(FIRST_MAIL + 8 * DAY, since=FIRST_MAIL)

    assert office.to(ANNA)[0]["Subject"] == "Your plan"
    sent = trained.mails(to=ANNA, kind=MessageKind.COMMITMENT)
    assert [mail.state for mail in sent] == [MessageState.CANCELLED, MessageState.SENT]


def test_the_last_answer_may_come_during_a_pause(trained: World) -> None:
    others = Touchpoint.id != trained.touchpoint(ANNA, "plan").id
    trained.session.execute(update(Touchpoint).where(others).values(state=TouchpointState.CANCELLED))
    trained.session.commit()
    opening.open_due(trained.session, now=FIRST_MAIL)
    pause(trained, date(2026, 3, 10), now=FIRST_MAIL)

    trained.commit_to(ANNA, "a guest complains", "listen", now=FIRST_MAIL + DAY)
    resume(trained, now=FIRST_MAIL + 2 * DAY)

    assert trained.standing(ANNA) == (PlanState.FINISHED, None)


def test_a_meeting_that_took_place_before_a_pause_can_be_spoken_of_after_it(trained: World) -> None:
    met_at = AFTER + 14 * DAY
    placing.place_due(trained.session, now=AFTER)
    trained.pass_time(met_at + DAY)
    before = trained.touchpoint(ANNA, "talk")
    assert before.state is TouchpointState.OPEN
    due_at, closes_at = before.due_at, before.closes_at

    pause(trained, (met_at + 21 * DAY).date(), now=met_at + DAY)
    trained.pass_time(met_at + 20 * DAY)
    resume(trained, now=met_at + 21 * DAY)

    talk = trained.touchpoint(ANNA, "talk")
    assert (talk.state, talk.due_at, talk.closes_at) == (TouchpointState.OPEN, due_at, closes_at + 20 * DAY)


@pytest.mark.parametrize("until", [AFTER.date(), (AFTER + 184 * DAY).date()])
def test_a_pause_is_from_tomorrow_on_and_not_for_ever(trained: World, until: date) -> None:
    with pytest.raises(Invalid):
        pause(trained, until, now=AFTER)


def test_what_is_not_running_is_neither_paused_nor_resumed(trained: World) -> None:
    with pytest.raises(Conflict):
        resume(trained, now=AFTER)
    stop(trained, now=AFTER)
    with pytest.raises(Conflict):
        pause(trained, date(2026, 3, 10), now=AFTER)
    with pytest.raises(Conflict):
        stop(trained, now=AFTER)
    with pytest.raises(NotFound):
        plans.stop(trained.session, plan_id=4711, reason=StopReason.ASKED, now=AFTER)


def test_two_drains_do_not_shift_a_plan_twice(trained: World, ground: Ground) -> None:
    before = days(trained)
    pause(trained, date(2026, 3, 17), now=AFTER)

    def drain(session: Session) -> int:
        return plans.resume_due(session, now=AFTER + 14 * DAY)

    worlds.at_once(ground, *[drain] * 4)

    assert (days(trained)["asked"] - before["asked"]).days == 14
    assert trained.events("plan resumed") == 1


def test_whoever_stops_gets_nothing_more_and_no_meeting(trained: World, office: PostOffice) -> None:
    placing.place_due(trained.session, now=AFTER)
    trained.drain(FIRST_MAIL)
    assert sorted(office.recipients) == [ANNA, ANNA, COACH]  # the question, and both invitations

    stop(trained, now=FIRST_MAIL + DAY)
    trained.live(FIRST_MAIL + 40 * DAY, since=FIRST_MAIL + DAY)

    states = dict(trained.states(ANNA))
    assert states.pop("plan") is TouchpointState.MISSED  # it had been asked
    assert set(states.values()) == {TouchpointState.CANCELLED}
    last = [mail.message for mail in office.arrived[3:]]
    parts = [mail.get_body(("calendar",)) for mail in last]
    assert [part["Content-Type"].params["method"] for part in parts if part is not None] == ["CANCEL"] * 2
    assert {mail["To"].addresses[0].addr_spec for mail in last} == {ANNA, COACH}
    assert trained.standing(ANNA) == (PlanState.STOPPED, StopReason.ASKED)
    with pytest.raises(Closed):
        trained.commit_to(ANNA, "a guest complains", "listen", now=FIRST_MAIL + 2 * DAY)


def test_a_stop_right_after_a_pause_still_takes_the_meeting_off_both_calendars(
    trained: World, office: PostOffice
) -> None:
    """The cancellation that the pause queued had not left yet: it is what is left to say."""
    placing.place_due(trained.session, now=AFTER)
    trained.drain(AFTER)
    assert len(office.arrived) == 2

    pause(trained, date(2026, 3, 10), now=AFTER)
    stop(trained, now=AFTER)
    trained.drain(AFTER)

    cancelled = [mail.message.get_body(("calendar",)) for mail in office.arrived[2:]]
    assert [part["Content-Type"].params["method"] for part in cancelled if part is not None] == ["CANCEL"] * 2


def test_a_stop_takes_back_a_mail_that_is_claimed(trained: World) -> None:
    opening.open_due(trained.session, now=FIRST_MAIL)
    trained.session.execute(update(Message).values(state=MessageState.CLAIMED, fence=7))
    trained.session.commit()

    stop(trained, now=FIRST_MAIL)

    assert {mail.state for mail in trained.mails(to=ANNA)} == {MessageState.CANCELLED}
    assert trained.events("mail cancelled") == 3


def test_a_draft_can_be_stopped_and_no_list_starts_it_again(world: World) -> None:
    group = world.open_group()
    world.invite(group, "Anna Berg <anna@example.org>\n")
    stop(world, now=AFTER - DAY)

    world.bring_in(group, "Anna Berg <anna@example.org>\n")

    assert world.standing(ANNA) == (PlanState.STOPPED, StopReason.ASKED)


def test_a_pause_holds_the_manager_and_the_coach_off_too(trained: World, office: PostOffice) -> None:
    pause(trained, date(2026, 3, 10), now=AFTER)

    placing.place_due(trained.session, now=AFTER)
    trained.live(AFTER + 6 * DAY)

    assert office.recipients == []
    assert dispatch.drain(trained.session, now=AFTER + 6 * DAY).opened == 0


def test_the_local_time_stays_over_a_change_of_clocks(trained: World) -> None:
    trained.session.execute(
        update(Touchpoint).values(
            zone="Europe/Berlin", due_at=datetime(2026, 3, 10, 8, 0, tzinfo=AFTER.tzinfo)
        )
    )
    trained.session.execute(update(Person).where(Person.email == ANNA).values(zone="Europe/Berlin"))
    trained.session.commit()
    pause(trained, date(2026, 3, 31), now=AFTER)
    resume(trained, now=AFTER + 28 * DAY)

    asked = trained.touchpoint(ANNA, "asked")
    assert worktime.local(asked.due_at, "Europe/Berlin").time() == time(9)
    assert trained.session.scalars(select(FollowUpPlan.paused_until)).one() is None
