"""A meeting whose day passed before it had a time is looked for until it closes, and nobody has missed it then."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from coachfollow.flow import coaching, handover, placing, undoing
from coachfollow.models import CheckIn, Person, PlanChange, Touchpoint
from coachfollow.queries import coached, completion, diary, launch_room, timelines, ways, wishes
from coachfollow.queries import meetings as reads
from coachfollow.queries.filters import EVERYTHING, Filters, GroupBy
from coachfollow.queries.handovers import Whose
from coachfollow.rules import excuses, measuring, worktime
from coachfollow.rules.attention import Need
from coachfollow.rules.kinds import CheckInState, MessageKind, StepKind, TouchpointState
from coachfollow.rules.measuring import Counted
from coachfollow.rules.slots_reasons import Reason
from tests.flow.world import AFTER, DAY, Stand, World

ANNA, COACH, OTHER = "anna@example.org", "coach@example.org", "other@example.org"
LATE = AFTER + 15 * DAY  # when the list comes: the ideal day of the meeting was yesterday
CLOSED = AFTER + 29 * DAY


def the_list_comes_late(world: World) -> None:
    """Anna's list is brought in two weeks and a day after her training."""
    world.bring_in(world.open_group(coaches=[COACH]), f"{ANNA}\n", now=LATE)


@pytest.fixture
def late(stand: Stand) -> World:
    return stand(the_list_comes_late)


def drain(world: World, now: datetime) -> None:
    world.drain(now)


def place(world: World, now: datetime) -> None:
    placing.place_due(world.session, now=now)


ORDERS = pytest.mark.parametrize(
    "order", [(drain, place), (place, drain)], ids=["drained first", "placed first"]
)
Order = tuple[Callable[[World, datetime], None], ...]


def meeting(world: World) -> CheckIn:
    world.session.rollback()
    return world.session.scalars(select(CheckIn).where(CheckIn.touchpoint_id == talk(world).id)).one()


def talk(world: World) -> Touchpoint:
    return world.touchpoint(ANNA, "talk")


def bucket(world: World, *, now: datetime) -> Counted | None:
    one, plan = talk(world), world.plan(ANNA)
    return measuring.bucket(
        kind=one.kind,
        state=one.state,
        plan_state=plan.state,
        stop_reason=plan.stop_reason,
        due_at=one.due_at,
        grace_until=one.grace_until,
        settled_at=one.settled_at,
        undeliverable=one.undeliverable,
        now=now,
    )


def needs(world: World, *, now: datetime) -> list[Need]:
    (one,) = coached.my_people(world.session, coach_id=world.person(COACH), now=now)
    return [why.need for why in one.reasons]


@ORDERS
def test_it_gets_a_time_whether_it_is_opened_or_looked_for_first(late: World, order: Order) -> None:
    late.bookable(COACH)

    for job in order:
        job(late, LATE)

    found = meeting(late)
    assert found.state is CheckInState.PLACED
    assert found.starts_at is not None
    assert LATE + wishes.NOTICE <= found.starts_at <= LATE + 4 * DAY, "as soon as both can"
    one = talk(late)
    assert (one.state, one.due_at) == (TouchpointState.PLANNED, found.starts_at)
    assert bucket(late, now=LATE) is Counted.NOT_YET_DUE
    assert {mail.kind for mail in late.mails(to=COACH)} == {MessageKind.INVITATION}


@ORDERS
def test_without_hours_its_coach_is_asked_once_a_week_and_its_participant_told(
    late: World, order: Order
) -> None:
    for day in range(9):
        for job in order:
            job(late, LATE + day * DAY)

    asked = late.mails(to=COACH, kind=MessageKind.ASK_HOURS)
    assert [mail.send_at for mail in asked] == [LATE, LATE + 7 * DAY]
    assert len(late.mails(to=ANNA, kind=MessageKind.COACH_WILL_CALL)) == 1
    assert meeting(late).reason == Reason.NO_HOURS

    late.bookable(COACH)
    assert placing.place_due(late.session, now=LATE + 9 * DAY) == (1, 0)


def test_it_is_opened_once_more_when_its_time_has_come(late: World) -> None:
    late.bookable(COACH)
    drain(late, LATE)
    place(late, LATE)
    starts_at = meeting(late).starts_at
    assert starts_at is not None

    drain(late, starts_at)

    assert talk(late).state is TouchpointState.OPEN
    assert needs(late, now=starts_at + timedelta(hours=1)) == [Need.MARK_MEETING]
    drain(late, starts_at + 16 * DAY)
    assert talk(late).state is TouchpointState.MISSED, (
        "it stood in both calendars, and nobody said that it was held"
    )


def test_it_is_never_later_than_its_window_and_never_within_a_day(late: World) -> None:
    drain(late, LATE)
    closes_at = talk(late).closes_at
    late.bookable(COACH, "fri 09:00-10:00")  # the next one in time is the last of the window
    last = worktime.local(closes_at, "UTC").date()

    assert placing.place_due(late.session, now=closes_at - timedelta(hours=20)) == (0, 1)
    assert meeting(late).reason == f"{Reason.OVER}; from 3 April there is a time for both"
    assert placing.place_due(late.session, now=closes_at - 6 * DAY) == (1, 0)
    starts_at = meeting(late).starts_at
    assert starts_at is not None
    assert starts_at.date() <= last


def test_where_no_time_was_found_it_is_excused_and_nobody_has_missed_it(late: World) -> None:
    drain(late, LATE)
    place(late, LATE)
    assert bucket(late, now=LATE) is Counted.OPEN

    drain(late, CLOSED)

    one = talk(late)
    assert (one.state, one.state_reason, one.settled_at) == (
        TouchpointState.EXCUSED,
        excuses.NO_TIME,
        one.closes_at,
    )
    assert bucket(late, now=CLOSED) is Counted.EXCUSED
    assert placing.place_due(late.session, now=CLOSED) == (0, 0)
    happened = timelines.happened(late.session, plan_id=late.plan(ANNA).id)
    assert "check-in found no time" in {event.name for event in happened}
    assert Need.NOTHING_BOOKED not in needs(late, now=CLOSED)


@pytest.mark.parametrize("by", GroupBy)
def test_how_many_found_no_time_stands_beside_what_is_excused(late: World, by: GroupBy) -> None:
    drain(late, LATE)
    place(late, LATE)
    drain(late, CLOSED)
    filters = Filters(organisation_id=late.organisation_id, sight=EVERYTHING)

    report = completion.completion(late.session, filters=filters, by=by, now=CLOSED)

    assert report.total.without_a_time == 1
    assert sum(one.without_a_time for one in report.groups) == (0 if by is GroupBy.NONE else 1)
    of_another = replace(filters, kind=StepKind.REFLECTION)
    assert not completion.completion(late.session, filters=of_another, by=by, now=CLOSED).total.without_a_time


def test_who_could_not_be_reached_counts_as_that_and_not_as_excused(late: World) -> None:
    late.session.get_one(Person, late.person(ANNA)).undeliverable_at = LATE
    late.session.commit()

    drain(late, LATE)
    drain(late, CLOSED)

    assert bucket(late, now=CLOSED) is Counted.UNDELIVERABLE


def test_its_coach_reads_until_it_closes_that_nothing_is_booked(late: World) -> None:
    drain(late, LATE)
    place(late, LATE)

    assert needs(late, now=LATE) == [Need.NOTHING_BOOKED]
    assert Need.NOTHING_BOOKED in needs(late, now=CLOSED - 2 * DAY)
    (shown,) = [one for one in on_the_wall(late, since=LATE) if one.kind is StepKind.CHECK_IN]
    assert (shown.wants_a_time, shown.at) == (True, LATE)
    before = on_the_wall(late, since=AFTER, until=LATE)
    assert StepKind.CHECK_IN not in {one.kind for one in before}


def on_the_wall(world: World, *, since: datetime, until: datetime = LATE + DAY) -> list[diary.Dated]:
    coach_id = world.person(COACH)
    return [*diary.of_coach(world.session, coach_id=coach_id, since=since, until=until, now=LATE)]


def test_what_would_help_is_asked_for_it_and_for_its_group(late: World) -> None:
    cohort = late.plan(ANNA).cohort_id
    drain(late, LATE)
    place(late, LATE)

    way = ways.of(late.session, follow_up=talk(late).id, now=LATE)
    listed, count = ways.of_group(late.session, cohort_id=cohort, now=LATE)

    assert way is not None
    assert way.reason is Reason.NO_HOURS
    assert (count, [one.follow_up for one in listed]) == (1, [way.follow_up])
    assert ways.of(late.session, follow_up=way.follow_up, now=CLOSED) is None


def test_its_coach_gives_it_a_time_by_hand_and_takes_that_back(late: World) -> None:
    drain(late, LATE)
    late.bookable(COACH)
    coach_id, about = late.person(COACH), talk(late).id
    asked = wishes.choice(late.session, touchpoint_id=about, now=LATE)
    assert asked is not None
    assert asked[1].earliest == LATE + wishes.SOON

    starts_at = LATE + DAY
    coaching.arrange(late.session, touchpoint=talk(late), starts_at=starts_at, now=LATE, actor_id=coach_id)
    assert (meeting(late).starts_at, talk(late).state) == (starts_at, TouchpointState.PLANNED)

    change_id = late.session.scalars(select(PlanChange.id)).one()
    undoing.undo(late.session, plan_id=late.plan(ANNA).id, change_id=change_id, now=LATE, actor_id=coach_id)
    assert (meeting(late).state, talk(late).state) == (CheckInState.UNPLACED, TouchpointState.OPEN)
    assert [row.touchpoint.id for row in reads.waiting(late.session, now=LATE, ahead=DAY)] == [about]


def test_its_coach_says_that_they_met_without_one(late: World) -> None:
    drain(late, LATE)

    coaching.report(
        late.session,
        touchpoint=talk(late),
        held=True,
        outcome="We talked by telephone.",
        now=LATE + DAY,
        actor_id=late.person(COACH),
    )

    assert (talk(late).state, meeting(late).state) == (TouchpointState.COMPLETED, CheckInState.HELD)
    assert placing.place_due(late.session, now=LATE + DAY) == (0, 0)


def test_who_takes_over_is_wanted_for_it(late: World) -> None:
    drain(late, LATE)
    place(late, LATE)
    other = late.person(OTHER)
    late.bookable(OTHER)

    handover.hand_over(late.session, whose=Whose(coach_id=late.person(COACH)), to=other, now=LATE)

    assert placing.place_due(late.session, now=LATE) == (1, 0)
    placed = late.session.scalars(select(CheckIn).where(CheckIn.state == CheckInState.PLACED)).one()
    assert placed.coach_id == other


def test_it_takes_room_of_its_coachs_weeks_still(late: World) -> None:
    late.bookable(COACH)
    cohort = late.plan(ANNA).cohort_id
    drain(late, LATE)

    weeks = launch_room.load(late.session, cohort_id=cohort).weeks

    assert sum(week.wanted for week in weeks) == 1
