"""Leave and closed days that become known later: rows, calendars, events; twice said is said once."""

from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import func, select

from coachfollow.errors import Invalid, NotFound
from coachfollow.flow import away, placing
from coachfollow.flow.away import Foreseen
from coachfollow.models import CheckIn, LeaveSpell, Organisation, PlanChange
from coachfollow.queries import worktimes
from coachfollow.rules.absences import Closure, Leave
from coachfollow.rules.kinds import CheckInState, MessageKind, MessageState, StepKind, TouchpointState
from tests.flow.world import AFTER, DAY, TRAINING, World

ANNA, BEN = "anna@example.org", "ben@example.org"
WEEK = Leave(first=TRAINING + 6 * DAY, last=TRAINING + 10 * DAY)


def leave_spells(world: World) -> int:
    return world.session.scalar(select(func.count()).select_from(LeaveSpell)) or 0


def go(world: World, leave: Leave = WEEK) -> int:
    person_id = world.plan(ANNA).person_id
    return away.go(world.session, person_id=person_id, leave=leave, now=AFTER, actor_id=person_id)


def ahead(world: World) -> list[Leave]:
    person_id = world.plan(ANNA).person_id
    return list(worktimes.leave_ahead(world.session, person_id=person_id, since=AFTER.date()))


def test_what_is_planned_moves_and_the_move_is_an_event(world: World) -> None:
    world.train(ANNA, BEN)

    assert go(world) == 1

    asked = world.touchpoint(ANNA, "asked")
    assert (asked.local_date, asked.state) == (TRAINING + 13 * DAY, TouchpointState.PLANNED)
    assert asked.why.endswith("moved from Tue 10 to Mon 16 March: away until 13 March, weekend")
    assert world.touchpoint(BEN, "asked").local_date == TRAINING + 7 * DAY
    assert (world.events("leave entered"), world.events("follow-up moved")) == (1, 1)


def test_leave_said_twice_is_kept_once(world: World) -> None:
    world.train(ANNA)

    assert (go(world), go(world)) == (1, 0)

    assert leave_spells(world) == 1
    assert world.session.scalar(select(func.count()).select_from(PlanChange)) == 1


def test_what_leave_outlasts_is_excused_and_said_so(world: World) -> None:
    world.train(ANNA)

    go(world, Leave(first=TRAINING + 6 * DAY, last=TRAINING + 30 * DAY))

    assert world.states(ANNA)["asked"] is TouchpointState.EXCUSED
    assert world.events("follow-up excused") >= 1


def test_what_would_move_is_foreseen_without_a_trace(world: World) -> None:
    world.train(ANNA)

    seen = away.foresee(world.session, plan_id=world.plan(ANNA).id, leave=WEEK, now=AFTER)

    was, becomes = TRAINING + 7 * DAY, TRAINING + 13 * DAY
    assert seen == [Foreseen(kind=StepKind.REFLECTION, was=was, becomes=becomes)]
    nothing = Leave(first=TRAINING + 100 * DAY, last=TRAINING + 101 * DAY)
    assert away.foresee(world.session, plan_id=world.plan(ANNA).id, leave=nothing, now=AFTER) == ()
    assert leave_spells(world) == 0


def test_a_meeting_in_the_leave_is_taken_off_and_placed_after_it(world: World) -> None:
    cohort = world.open_group(coaches=["coach@example.org"])
    world.bookable("coach@example.org")
    world.attend(cohort, f"Name;Email;Minutes\nAnna;{ANNA};180\n")
    placing.place_due(world.session, now=AFTER)
    day = world.touchpoint(ANNA, "talk").local_date

    go(world, Leave(first=day, last=day + DAY))
    meeting = world.session.scalars(select(CheckIn)).one()
    assert (meeting.state, meeting.reason) == (CheckInState.UNPLACED, f"away until {day.day + 1} March")
    assert world.kinds(to=ANNA, state=MessageState.CANCELLED) == [MessageKind.INVITATION]

    placing.place_due(world.session, now=AFTER)
    assert world.touchpoint(ANNA, "talk").local_date > day + DAY


def test_a_closed_house_moves_everybodys(world: World) -> None:
    world.train(ANNA, BEN)
    closure = Closure(first=WEEK.first, last=WEEK.last)
    house = world.organisation_id

    counts = [
        away.close(world.session, organisation_id=house, closure=closure, now=AFTER, actor_id=None)
        for _ in range(2)
    ]

    assert counts == [2, 0]
    assert {world.touchpoint(one, "asked").local_date for one in (ANNA, BEN)} == {TRAINING + 13 * DAY}
    assert world.touchpoint(BEN, "asked").why.endswith("closed from 9 March to 13 March, weekend")


def test_the_house_keeps_quiet_hours(world: World) -> None:
    house = world.organisation_id
    away.keep_quiet(world.session, organisation_id=house, since=time(20), until=time(7))
    kept = world.session.get_one(Organisation, house)
    assert (kept.quiet_since, kept.quiet_until) == (time(20), time(7))
    away.keep_quiet(world.session, organisation_id=house, since=time(7), until=time(7))
    assert world.session.get_one(Organisation, house).quiet_since is None


@pytest.mark.parametrize(
    ("first", "last", "noons", "sentence"),
    [
        ("2026-03-12", "2026-03-11", False, "The last day away lies before the first."),
        ("2026-03-01", "2026-03-02", False, "That leave is over already."),
        ("2026-03-12", "2027-03-20", False, "longer than a year"),
        ("2026-03-12", "2026-03-12", True, "On one day, either the morning or the afternoon"),
    ],
)
def test_leave_that_cannot_be_gets_a_sentence(first: str, last: str, sentence: str, *, noons: bool) -> None:
    with pytest.raises(Invalid, match=sentence):
        away.spell(
            first=date.fromisoformat(first),
            last=date.fromisoformat(last),
            from_noon=noons,
            until_noon=noons,
            today=datetime(2026, 3, 10, tzinfo=UTC).date(),
        )


def take_back(world: World, leave: Leave = WEEK, *, now: datetime = AFTER) -> int:
    person_id = world.plan(ANNA).person_id
    return away.take_back(world.session, person_id=person_id, leave=leave, now=now, actor_id=person_id)


def test_leave_that_is_taken_back_counts_no_more_and_what_had_moved_comes_back(world: World) -> None:
    world.train(ANNA)
    before = world.touchpoint(ANNA, "asked")
    stood = before.local_date, before.due_at, before.closes_at, before.why
    go(world)
    person_id = world.plan(ANNA).person_id
    assert ahead(world) == [WEEK]

    assert take_back(world) == 1

    assert ahead(world) == []
    assert worktimes.of_person(world.session, person_id=person_id, now=AFTER).leave == ()
    asked = world.touchpoint(ANNA, "asked")
    assert (asked.local_date, asked.due_at, asked.closes_at, asked.why) == stood
    assert (world.events("leave taken back"), world.events("follow-up moved")) == (1, 2)
    with pytest.raises(NotFound, match="no such leave"):
        take_back(world)
    assert go(world, WEEK) == 1  # it may be said again
    assert ahead(world) == [WEEK]


def test_what_was_left_out_for_it_comes_back_and_what_would_have_come_already_stays(world: World) -> None:
    world.train(ANNA)
    long = Leave(first=TRAINING + 2 * DAY, last=TRAINING + 30 * DAY)
    go(world, long)
    left_out = {one for one, state in world.states(ANNA).items() if state is TouchpointState.EXCUSED}
    assert left_out == {"nudge", "asked", "talk"}

    take_back(world, long, now=AFTER + 5 * DAY)

    states = world.states(ANNA)
    assert {one: states[one] for one in left_out} == {
        "nudge": TouchpointState.EXCUSED,  # it would have come the day before
        "asked": TouchpointState.PLANNED,
        "talk": TouchpointState.PLANNED,
    }
    assert world.touchpoint(ANNA, "asked").local_date == TRAINING + 7 * DAY


def test_a_meeting_that_got_a_time_meanwhile_keeps_it(world: World) -> None:
    cohort = world.open_group(coaches=["coach@example.org"])
    world.bookable("coach@example.org")
    world.attend(cohort, f"Name;Email;Minutes\nAnna;{ANNA};180\n")
    leave = Leave(first=TRAINING + 13 * DAY, last=TRAINING + 16 * DAY)
    go(world, leave)
    placing.place_due(world.session, now=AFTER)
    begins = world.session.scalars(select(CheckIn.starts_at)).one()

    assert take_back(world, leave) == 0

    assert world.session.scalars(select(CheckIn.starts_at)).one() == begins


def test_a_meeting_that_leave_had_left_out_is_placed_again_once_it_is_taken_back(world: World) -> None:
    cohort = world.open_group(coaches=["coach@example.org"])
    world.bookable("coach@example.org")
    world.attend(cohort, f"Name;Email;Minutes\nAnna;{ANNA};180\n")
    placing.place_due(world.session, now=AFTER)
    leave = Leave(first=TRAINING + 13 * DAY, last=TRAINING + 40 * DAY)
    go(world, leave)
    assert world.states(ANNA)["talk"] is TouchpointState.EXCUSED
    assert world.session.scalars(select(CheckIn.state)).one() is CheckInState.CANCELLED

    take_back(world, leave)

    assert world.states(ANNA)["talk"] is TouchpointState.PLANNED
    assert world.session.scalars(select(CheckIn.state)).one() is CheckInState.UNPLACED
    placing.place_due(world.session, now=AFTER)
    assert world.session.scalars(select(CheckIn.state)).one() is CheckInState.PLACED
