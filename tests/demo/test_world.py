"""A demo world, from the day of its training to the question half a year later: it holds together all the way.

The tests of this module go through one world's time together, each as far as it needs; none needs another one.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coachfollow.errors import Forbidden, Invalid
from coachfollow.extensions import installation
from coachfollow.flow import demo, demo_guests, demo_people, demo_travel, demo_world, mailbox, sets
from coachfollow.flow.demo_guests import Guest
from coachfollow.flow.demo_people import Habit
from coachfollow.flow.demo_travel import Ahead
from coachfollow.models import (
    Adaptation,
    Answer,
    CheckIn,
    Coaching,
    Cohort,
    Event,
    FollowUpPlan,
    ImportRow,
    Message,
    Person,
    PlanChange,
    Reporting,
    Step,
    Team,
    Touchpoint,
)
from coachfollow.queries import clockwork, completion, worktimes
from coachfollow.queries.filters import EVERYTHING, Filters, GroupBy
from coachfollow.rules import adapting, late, limits, moments, worktime
from coachfollow.rules.kinds import (
    Audience,
    Cause,
    CheckInState,
    MessageKind,
    MessageState,
    PlanState,
    StepKind,
    StopReason,
    TouchpointState,
)
from coachfollow.rules.slots_reasons import Reason
from coachfollow.rules.tempo import FEWER
from tests.demo.conftest import Visit

MOST_A_MONTH = 25  # mails to a participant: two meetings' invitations, prompts, questions and their reminders


def by_habit(session: Session, habit: Habit) -> Sequence[FollowUpPlan]:
    """The plans of those who have a habit."""
    emails = [one.email for one in demo_people.participants() if one.habit is habit]
    return session.scalars(
        select(FollowUpPlan).join(Person, Person.id == FollowUpPlan.person_id).where(Person.email.in_(emails))
    ).all()


def count(session: Session, what: sets.AnySelect) -> int:
    """How many rows a query gives."""
    return session.scalar(select(func.count()).select_from(what.subquery())) or 0


def pass_months(visit: Visit, months: int) -> None:
    """Let so many months have passed since the world was built; nothing happens if they have."""
    until = visit.built_at + timedelta(days=30 * months)
    if clockwork.now(visit.session) < until:
        demo.step(visit.session, until=until)


@pytest.fixture(autouse=True)
def no_transaction_is_left_open(visit: Visit) -> Iterator[None]:
    yield
    visit.session.rollback()


def test_forty_people_in_six_zones_and_three_directorates_were_invited(visit: Visit) -> None:
    session = visit.session
    invited = session.execute(
        select(FollowUpPlan.id, Person.zone).join(Person, Person.id == FollowUpPlan.person_id)
    )
    roots = select(func.count()).select_from(Team).where(Team.parent_id.is_(None))

    zones = Counter(zone for _, zone in invited)
    assert (zones.total(), len(zones)) == (40, 6)
    assert session.scalar(roots) == 3
    assert session.scalar(select(func.count()).select_from(Reporting)) == 46


def test_one_of_them_is_on_leave_and_what_was_planned_meanwhile_has_moved(visit: Visit) -> None:
    email = demo_people.named(demo_people.ON_LEAVE).email
    whys = visit.session.scalars(
        select(Touchpoint.why)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(Person.email == email)
    ).all()
    assert any("away until" in why for why in whys)


def test_one_meeting_was_moved_and_one_found_no_time_though_another_coach_has_room(visit: Visit) -> None:
    way = visit.way_out

    assert way is not None
    assert way.reason is Reason.NEVER
    assert way.another_coach in {"Samuel Adeyemi", "Laura Penn"}  # by the season
    moved = select(Event).where(Event.name == "check-in moved", Event.at <= visit.built_at)
    assert count(visit.session, moved) == 1


def test_one_of_them_chose_a_rhythm(visit: Visit) -> None:
    email = demo_people.named(demo_people.LIGHTER).email
    theirs = visit.session.scalars(
        select(Touchpoint)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(Person.email == email)
    ).all()

    assert any("on the next Thursday as chosen" in one.why for one in theirs)
    assert [one.state_reason for one in theirs if one.state is TouchpointState.EXCUSED] == [FEWER] * 2


def test_another_has_reminders_in_the_calendar_and_gets_no_mail_of_them(visit: Visit) -> None:
    email = demo_people.named(demo_people.IN_CALENDAR).email
    plan = select(FollowUpPlan).join(Person, Person.id == FollowUpPlan.person_id).where(Person.email == email)
    theirs = visit.session.scalars(plan).one()

    assert theirs.calendar_since is not None
    mailed = select(Message).where(Message.plan_id == theirs.id, Message.kind == MessageKind.PROMPT)
    assert count(visit.session, mailed) == 0


def test_its_training_was_on_the_last_working_day_and_its_time_is_now(visit: Visit) -> None:
    day = visit.world.training_on

    assert day.weekday() < 5
    assert timedelta(0) < worktime.local(visit.built_at, demo_world.ZONE).date() - day <= timedelta(days=3)


def test_who_was_there_came_from_a_real_report(visit: Visit) -> None:
    session = visit.session
    states = Counter(
        session.scalars(select(FollowUpPlan.state).join(Cohort, Cohort.id == FollowUpPlan.cohort_id))
    )
    shelved = session.scalars(
        select(FollowUpPlan.id).where(FollowUpPlan.stop_reason == StopReason.ABSENT)
    ).all()
    problems = session.scalars(select(ImportRow.problem).where(ImportRow.problem.is_not(None))).all()

    assert states[PlanState.DRAFT] == len(shelved) == 2  # a no-show, and one who left after half an hour
    assert {
        plan.id for plan in (*by_habit(session, Habit.ABSENT), *by_habit(session, Habit.LEAVING_EARLY))
    } == set(shelved)
    assert len(problems) == 1  # a guest whom nobody knows
    assert "no mail address" in (problems[0] or "")


def test_the_managers_cards_came_before_the_training_and_mails_carry_the_demo_s_dates(visit: Visit) -> None:
    letters = mailbox.letters(limit=10_000)
    first = letters[-1]

    assert first.recipient in {person.email for person in demo_people.leaders()}
    assert first.arrived_at.date() < visit.world.training_on
    assert len(letters) == len(list(visit.mailbox.glob("*.eml")))
    assert any(letter.has_calendar for letter in letters)


def test_a_month_brings_answers_meetings_and_no_flood(visit: Visit) -> None:
    pass_months(visit, 1)
    session = visit.session
    participants = select(FollowUpPlan.person_id)
    begun = datetime.combine(visit.world.training_on, datetime.min.time(), UTC)
    per_person = session.execute(
        select(Message.person_id, func.count())
        .where(Message.state == MessageState.SENT, Message.person_id.in_(participants))
        .where(Message.settled_at <= begun + timedelta(days=31))
        .group_by(Message.person_id)
    )

    assert max(count for _, count in per_person) <= MOST_A_MONTH
    assert count(session, select(Answer.id)) > 100
    assert count(session, select(CheckIn.id).where(CheckIn.state == CheckInState.HELD)) > 20


def test_limits_let_things_of_one_day_come_in_one_mail(visit: Visit) -> None:
    pass_months(visit, 2)
    taken = (
        select(Touchpoint.audience, func.count().label("things"))
        .join(Message, Message.touchpoint_id == Touchpoint.id)
        .where(Message.state == MessageState.SENT)
        .group_by(Touchpoint.audience, Message.server_reply)  # the server took them under one number
        .subquery()
    )
    together = visit.session.execute(
        select(taken.c.audience, func.max(taken.c.things)).group_by(taken.c.audience)
    )

    most = {audience: things for audience, things in together}  # noqa: C416  # rows are no tuples
    assert most[Audience.PARTICIPANT] == 2
    assert most[Audience.MANAGER] > 2


def test_nothing_is_sent_after_its_time(visit: Visit) -> None:
    pass_months(visit, 1)

    expired = select(Message.id).where(Message.state == MessageState.EXPIRED)
    assert visit.session.scalars(expired).all() == []


def test_nothing_left_while_its_reader_did_not_work(visit: Visit) -> None:
    pass_months(visit, 2)
    left = func.coalesce(Message.settled_at, Message.send_at)
    rows = visit.session.execute(
        select(Message.kind, left, Message.send_at, Person.id, Person.email, Person.zone)
        .join(Person, Person.id == Message.person_id)
        .where(Message.state == MessageState.SENT, Message.kind.in_(limits.COUNTED))
    ).all()
    hours = worktimes.of_people(visit.session, ids={row.id for row in rows}, now=visit.built_at)

    at_night = []
    for kind, left_at, send_at, person_id, email, zone in rows:
        reader = moments.Person(zone=zone, hours=hours[person_id])
        at = send_at if left_at <= send_at + late.ON_TIME else left_at
        if not moments.is_working(at, reader):
            at_night.append((kind, email, worktime.local(at, zone)))
    assert len(rows) > 100
    assert at_night == []


def test_each_acts_as_is_their_habit(visit: Visit) -> None:
    pass_months(visit, 2)
    session = visit.session
    away, stopping = by_habit(session, Habit.AWAY)[0], by_habit(session, Habit.STOPPING)[0]
    events = {
        plan.id: set(session.scalars(select(Event.name).where(Event.plan_id == plan.id)))
        for plan in (away, stopping)
    }

    assert {"plan paused", "plan resumed"} <= events[away.id]
    assert (stopping.state, stopping.stop_reason) == (PlanState.STOPPED, StopReason.NO_INTEREST)
    silent = [plan.id for plan in by_habit(session, Habit.SILENT)]
    reader = [plan.id for plan in by_habit(session, Habit.READER)]
    answered = Counter(
        session.scalars(
            select(Touchpoint.plan_id)
            .join(Answer, Answer.touchpoint_id == Touchpoint.id)
            .where(Touchpoint.kind != StepKind.SPONSOR)
        )
    )
    assert [answered[plan] for plan in silent] == [0, 0]
    assert all(answered[plan] > 3 for plan in reader)


def test_an_address_that_does_not_exist_is_counted_apart(visit: Visit) -> None:
    pass_months(visit, 1)
    (plan,) = by_habit(visit.session, Habit.BOUNCING)
    told = select(Message.state, Message.server_reply, Message.settled_at)
    mails = visit.session.execute(told.where(Message.person_id == plan.person_id)).all()

    unsent = {MessageState.FAILED, MessageState.CANCELLED, MessageState.QUEUED}
    assert {state for state, _, _ in mails} <= unsent
    assert any("nobody of that name lives here" in (reply or "") for _, reply, _ in mails)
    assert len({at for state, _, at in mails if state is MessageState.FAILED}) == 1, "it is tried once"
    marked = visit.session.scalars(select(Person.id).where(Person.undeliverable_at.is_not(None))).all()
    assert marked == [plan.person_id]
    assert (visit.people.undeliverable, visit.people.attended) == (1, 38)
    assert visit.unreached == [plan.public_id], "its coach is told, and of nobody else"


def test_the_numbers_add_up_at_the_end_of_the_prompts(visit: Visit) -> None:
    pass_months(visit, 4)
    session = visit.session
    organisation_id = session.scalars(select(Cohort.organisation_id)).one()
    filters = Filters(organisation_id=organisation_id, sight=EVERYTHING)
    now = clockwork.now(session)
    report = completion.completion(session, filters=filters, by=GroupBy.TEAM, now=now)
    people, asked = report.total.people, report.total.follow_ups

    assert people.attended == 38
    assert people.finished > 15
    assert asked.due == asked.on_time + asked.late + asked.missed + asked.open
    assert asked.on_time > asked.missed > 0
    assert asked.late > 0
    assert asked.undeliverable > 0
    assert sum(group.people.attended for group in report.groups) == people.attended


def test_whoever_answers_after_two_months_is_asked_to_pass_it_on_and_nobody_else(visit: Visit) -> None:
    pass_months(visit, 4)
    session = visit.session
    of_step = select(Touchpoint.plan_id).join(Step, Step.id == Touchpoint.step_id)
    asked = set(session.scalars(of_step.where(Step.key == "prompt-pass-it-on")))
    answered = of_step.join(Answer, Answer.touchpoint_id == Touchpoint.id).where(Step.key == "day-60")

    assert asked == set(session.scalars(answered))
    assert 10 < len(asked) < 38  # of those who attended
    sent = select(Message.id).join(Touchpoint).join(Step, Step.id == Touchpoint.step_id)
    assert count(
        session,
        sent.where(Step.key == "prompt-pass-it-on", Message.state == MessageState.SENT),
    )


def test_whoever_never_answers_is_reminded_no_more_and_the_coach_s_meeting_brings_others_back(
    visit: Visit,
) -> None:
    pass_months(visit, 2)
    session = visit.session
    never = [plan.id for plan in by_habit(session, Habit.SILENT)]
    fallen = select(Event.plan_id).where(Event.name == "reminders rest").distinct()
    back = select(Event.plan_id).where(Event.name == "reminders go on").distinct()
    unsent = select(Touchpoint.plan_id).where(Touchpoint.state_reason == adapting.UNREMINDED)

    assert set(never) <= set(session.scalars(fallen))
    assert not set(never) & set(session.scalars(back))
    assert session.scalars(back).all()
    assert set(never) <= set(session.scalars(unsent))


def test_follow_ups_adapt_to_what_people_answer_and_a_visitor_s_coach_sees_one_soon(visit: Visit) -> None:
    pass_months(visit, 2)
    session = visit.session
    coach, soon = demo_people.address("Samuel Adeyemi"), visit.built_at + timedelta(days=14)
    adapted = (
        select(Adaptation.cause)
        .join(PlanChange, PlanChange.id == Adaptation.change_id)
        .join(Coaching, Coaching.plan_id == PlanChange.plan_id)
        .join(Person, Person.id == Coaching.coach_id)
    )

    assert session.scalars(adapted.where(Person.email == coach, PlanChange.at <= soon)).all()
    assert set(session.scalars(adapted)) == set(Cause)


def test_one_question_comes_half_a_year_later_and_then_silence(visit: Visit) -> None:
    pass_months(visit, 8)
    session = visit.session

    assert count(session, select(Message.id).where(Message.kind == MessageKind.UNPROMPTED)) > 20
    assert clockwork.next_event(session, after=clockwork.now(session)) is None
    open_ones = select(Touchpoint.id).where(Touchpoint.state == TouchpointState.OPEN)
    assert session.scalars(open_ones).all() == []
    before = clockwork.now(session)
    assert demo.step_to_next(session).events == 0
    assert clockwork.now(session) - before < timedelta(minutes=1)


@pytest.mark.parametrize("days", [-1, 0, 401])
def test_time_moves_ahead_and_not_too_far(visit: Visit, days: float) -> None:
    with pytest.raises(Invalid, match="ahead only"):
        demo.step(visit.session, days=days)


def test_only_the_demo_has_a_clock_to_move_and_people_to_be(
    app: object, session: Session, now: datetime
) -> None:
    del app
    assert not installation().settings.demo
    with pytest.raises(Forbidden, match="Only the demo's clock"):
        demo.step(session, days=1)
    with pytest.raises(Forbidden, match="Only the demo's clock"):
        demo_travel.set_out(session, ahead=Ahead.DAY, moves=0)
    with pytest.raises(Forbidden, match="Only the demo lets you in"):
        demo_guests.enter(session, guest=Guest.COACH, now=now)
