"""Everybody who can be placed is, at the least cost, and nothing stands where it must not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import (
    slots_board,
    slots_engine,
    slots_moves,
    slots_offers,
    slots_reasons,
    slots_time,
    worktime,
)
from coachfollow.rules.slots_board import Board
from coachfollow.rules.slots_moves import Others
from coachfollow.rules.slots_reasons import Reason
from coachfollow.rules.slots_values import Coach, Meeting, Participant, Problem, Wanted

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
DAY, HALF_HOUR = timedelta(days=1), timedelta(minutes=30)
OFFICE = "mon-fri 09:00-17:00"


def at(text: str) -> datetime:
    """A moment of the first week of March, written like “tue 10:30”."""
    day, _, clock = text.partition(" ")
    hours, minutes = map(int, clock.split(":"))
    number = ["mon", "tue", "wed", "thu", "fri"].index(day)
    return MONDAY + number * DAY + timedelta(hours=hours, minutes=minutes)


def coach(number: int = 1, week: str | None = OFFICE, **limits: int | None) -> Coach:
    made = Coach(id=number, zone="UTC", week=worktime.parse_week(week) if week else None)
    return replace(made, **limits)  # type: ignore[arg-type]


def person(number: int, week: str = OFFICE) -> Participant:
    return Participant(id=number, zone="UTC", week=worktime.parse_week(week))


def wanted(number: int, ideal: str = "mon 10:00", *, coaches: Sequence[int] = (1,), days: int = 5) -> Wanted:
    return Wanted(
        id=number, plan=number, person=number, coaches=tuple(coaches),
        ideal=at(ideal), earliest=MONDAY, latest=MONDAY + days * DAY,
    )  # fmt: skip


def problem(
    coaches: Sequence[Coach],
    wishes: Sequence[Wanted],
    *,
    weeks: Mapping[int, str] | None = None,
    standing: Sequence[Meeting] = (),
) -> Problem:
    numbers = {one.person for one in wishes} | {one.person for one in standing}
    return Problem(
        coaches={one.id: one for one in coaches},
        people={number: person(number, (weeks or {}).get(number, OFFICE)) for number in numbers},
        wanted=wishes,
        standing=standing,
    )


def stands(wish: Wanted, start: str, *, coach_id: int = 1) -> Meeting:
    begins = slots_time.minute(at(start))
    return slots_board.meeting(wish, coach_id, begins, begins + 30)


def faults(task: Problem, meetings: Sequence[Meeting]) -> Iterator[str]:
    """Whatever is wrong with these times."""
    for one in meetings:
        hours = task.coaches[one.coach].week, task.people[one.person].week
        for week in hours:
            spans = worktime.spans_on(week, one.starts_at.date()) if week else ()
            if not any(s.start <= one.starts_at.time() and one.ends_at.time() <= s.end for s in spans):
                yield f"{one} lies outside somebody's hours"
    for one, other in combinations(meetings, 2):
        gap = timedelta(minutes=task.coaches[one.coach].gap if one.coach == other.coach else 0)
        shared = one.coach == other.coach or one.person == other.person
        if shared and one.starts_at < other.ends_at + gap and other.starts_at < one.ends_at + gap:
            yield f"{one} and {other} are too close"
    for each in task.coaches.values():
        days = [one.starts_at.date() for one in meetings if one.coach == each.id]
        if each.a_day is not None and any(days.count(day) > each.a_day for day in days):
            yield f"{each} has too many on one day"
        if each.a_week is not None and len(days) > each.a_week:
            yield f"{each} has too many in the week"


_HOURS = st.sampled_from(
    ["mon 09:00-10:30; tue 09:00-10:00", "mon 09:00-10:00,14:00-15:00", "tue 09:00-11:00"]
)
_LIMIT = st.sampled_from([None, 0, 1, 2])


@st.composite
def _tasks(draw: st.DrawFn) -> Problem:
    """A few people and coaches, whose hours are few as well; nobody wants two meetings."""
    staff = [
        coach(n, draw(_HOURS), a_day=draw(_LIMIT), a_week=draw(_LIMIT), gap=draw(st.sampled_from([0, 15])))
        for n in range(draw(st.integers(1, 2)))
    ]
    wishes = [
        wanted(
            n,
            draw(st.sampled_from(["mon 09:00", "tue 10:00"])),
            coaches=draw(st.sampled_from([tuple(one.id for one in staff), (0,)])),
            days=draw(st.sampled_from([1, 2])),
        )
        for n in range(10, 10 + draw(st.integers(1, 4)))
    ]
    weeks = {one.id: draw(st.sampled_from([OFFICE, "mon 09:00-10:30; tue 09:30-17:00"])) for one in wishes}
    return problem(staff, wishes, weeks=weeks)


def every_way(task: Problem) -> Iterator[list[Meeting]]:
    """All ways to place some on the coaches' own times, tried one after the other."""

    def from_here(wishes: Sequence[Wanted], meetings: list[Meeting]) -> Iterator[list[Meeting]]:
        if not wishes:
            yield meetings
            return
        yield from from_here(wishes[1:], meetings)
        for number in wishes[0].coaches:
            one = wishes[0]
            for tile in slots_time.tiles(task.coaches[number], earliest=one.earliest, latest=one.latest):
                if tile.end > slots_time.minute(one.latest):
                    continue
                more = [*meetings, slots_board.meeting(one, number, tile.start, tile.end)]
                if not any(faults(task, more)):
                    yield from from_here(wishes[1:], more)

    return from_here(task.wanted, [])


@given(_tasks())
def test_as_many_as_possible_are_placed_and_never_cheaper_than_the_best_of_all_ways(task: Problem) -> None:
    ways = [(-len(way), slots_engine.cost(task, {one.wanted: one for one in way})) for way in every_way(task)]
    most, cheapest = min(ways)

    placed = slots_engine.place(task)

    assert len(placed.meetings) >= -most  # beyond the coaches' own times, every quarter of an hour is tried
    assert len(placed.meetings) + len(placed.unplaced) == len(task.wanted)
    assert list(faults(task, list(placed.meetings.values()))) == []
    assert slots_engine.bound(task) == cheapest


def test_where_coaches_cost_the_same_the_cost_is_the_least() -> None:
    task = problem([coach(a_day=3)], [wanted(n) for n in range(10, 20)])

    placed = slots_engine.place(task)

    assert slots_engine.cost(task, placed.meetings) == slots_engine.bound(task)
    assert len(placed.meetings) == 10


def test_a_plan_stays_with_its_coach_and_somebody_else_makes_room() -> None:
    faithful = replace(wanted(10, days=1), coaches=(1, 2), coach=1)
    task = problem(
        [coach(1, "mon 10:00-10:30"), coach(2)], [faithful, replace(wanted(11, days=1), coaches=(1, 2))]
    )

    assert slots_engine.place(task).meetings[10].coach == 1


def test_the_second_meeting_of_a_plan_is_with_the_coach_of_the_first() -> None:
    first = replace(wanted(10, coaches=(1, 2)), latest=MONDAY + DAY)
    second = replace(
        first, id=11, earliest=MONDAY + 14 * DAY, ideal=at("mon 10:00") + 14 * DAY, latest=MONDAY + 15 * DAY
    )
    task = problem([coach(1), coach(2)], [first, second])

    placed = slots_engine.place(task).meetings

    assert placed[10].coach == placed[11].coach


def test_one_person_with_two_wishes_on_one_morning_is_in_one_place_at_a_time() -> None:
    both = [replace(wanted(n, coaches=(n,), days=1), person=10) for n in (1, 2)]
    task = problem([coach(1, "mon 09:00-10:00"), coach(2, "mon 09:00-10:00")], both)

    placed = slots_engine.place(task)

    assert len(placed.meetings) == 2
    assert list(faults(task, list(placed.meetings.values()))) == []


def test_a_time_that_only_a_quarter_of_an_hour_opens_is_found() -> None:
    task = problem([coach(1, "mon 09:00-10:30")], [wanted(10)], weeks={10: "mon 09:15-09:45"})

    assert slots_engine.place(task).meetings[10].starts_at == at("mon 09:15")


def test_what_stands_stays_and_counts() -> None:
    old = wanted(20)
    task = problem(
        [coach(1, "mon 09:00-12:00", a_day=2)], [wanted(10), wanted(11)], standing=[stands(old, "mon 10:00")]
    )

    placed = slots_engine.place(task)

    assert len(placed.meetings) == 1
    assert list(faults(task, [*task.standing, *placed.meetings.values()])) == []


def test_nobody_moves_where_a_time_is_free() -> None:
    old = wanted(20)
    board = Board(problem([coach()], [wanted(10)], standing=[stands(old, "mon 10:00")]))

    found = slots_moves.fit(board, wanted(10), others=Others(movable={20: old}))

    assert found is not None
    assert [one.wanted for one in found.meetings] == [10]


def test_as_few_as_possible_move() -> None:
    """The first two could change places in a ring of three; one move is enough."""
    olds = {n: wanted(n) for n in (20, 21)}
    weeks = {10: "mon 09:00-09:30", 20: "mon 09:00-10:30", 21: "mon 09:30-10:00"}
    standing = [stands(olds[20], "mon 09:00"), stands(olds[21], "mon 09:30")]
    board = Board(problem([coach(1, "mon 09:00-10:30")], [wanted(10)], weeks=weeks, standing=standing))

    found = slots_moves.fit(board, wanted(10), others=Others(movable=olds))

    assert found is not None
    assert [(one.wanted, one.starts_at) for one in found.meetings] == [
        (10, at("mon 09:00")),
        (20, at("mon 10:00")),
    ]


def test_of_times_that_push_one_away_the_one_that_leaves_it_a_place_is_found() -> None:
    """A quarter of an hour earlier would suit better, and nobody would find anything any more."""
    new, old = (wanted(n, "mon 09:00", days=1) for n in (10, 20))
    task = problem(
        [coach(1, "mon 09:00-10:00")],
        [new],
        weeks={10: "mon 09:15-10:00"},
        standing=[stands(old, "mon 09:15")],
    )

    found = slots_moves.fit(Board(task), new, others=Others(movable={20: old}))

    assert found is not None
    assert [one.starts_at for one in found.meetings] == [at("mon 09:30"), at("mon 09:00")]


@pytest.mark.parametrize(("firm", "moves"), [([], 20), ([20], 21), ([20, 21], 20)])
def test_who_has_said_yes_moves_only_where_nobody_else_can(firm: list[int], moves: int) -> None:
    """The first would move at less cost; a yes costs more than that, and less than no time at all."""
    olds = {20: wanted(20, "mon 09:00"), 21: wanted(21, "mon 09:30")}
    weeks = {
        10: "mon 09:00-10:00",
        20: "mon 09:00-10:00; tue 09:00-09:30",
        21: "mon 09:00-10:00; wed 09:00-09:30",
    }
    standing = [stands(olds[20], "mon 09:00"), stands(olds[21], "mon 09:30")]
    task = problem(
        [coach(1, "mon 09:00-10:00; tue 09:00-12:00; wed 09:00-12:00")],
        [wanted(10)],
        weeks=weeks,
        standing=standing,
    )

    found = slots_moves.fit(Board(task), wanted(10), others=Others(movable=olds, firm=firm))

    assert found is not None
    assert [one.wanted for one in found.meetings] == [10, moves]


def test_a_full_day_opens_when_one_of_its_meetings_goes_to_another_day() -> None:
    old = wanted(20)
    task = problem(
        [coach(a_day=1)], [wanted(10)], weeks={10: "mon 09:00-17:00"}, standing=[stands(old, "mon 16:00")]
    )

    found = slots_moves.fit(Board(task), wanted(10), others=Others(movable={20: old}))

    assert found is not None
    assert found.meetings[1].starts_at.date() > MONDAY.date()


@pytest.mark.parametrize(
    ("who", "week", "wish", "reason"),
    [
        (coach(week=None), OFFICE, wanted(10), Reason.NO_HOURS),
        (coach(), OFFICE, wanted(10, days=0), Reason.OVER),
        (coach(), "sat 09:00-12:00", wanted(10), Reason.NEVER),
        (coach(week="mon 10:00-10:30"), OFFICE, wanted(10), Reason.TAKEN),
        (coach(a_week=1), OFFICE, wanted(10), Reason.FULL),
        (replace(coach(), busy=((MONDAY, MONDAY + 5 * DAY),)), OFFICE, wanted(10), Reason.AWAY),
    ],
)
def test_what_found_no_time_says_why(who: Coach, week: str, wish: Wanted, reason: Reason) -> None:
    task = problem([who], [wish], weeks={10: week}, standing=[stands(wanted(20), "mon 10:00")])

    assert slots_engine.place(task).unplaced == [10]
    assert slots_reasons.explain(Board(task), wish).reason == reason


def test_ways_out_are_another_coach_a_later_day_and_somebody_who_moves() -> None:
    old = wanted(20)
    narrow = replace(wanted(10), latest=at("mon 10:30"))
    standing = [stands(old, "mon 10:00")]
    task = problem([coach(1, "mon-tue 10:00-10:30"), coach(2)], [narrow], standing=standing)

    ways = slots_reasons.explain(Board(task), narrow, coaches=[2], others=Others(movable={20: old}))

    assert ways.another_coach is not None
    assert (ways.another_coach.coach, ways.another_coach.starts_at) == (2, at("mon 10:00"))
    assert ways.later is not None
    assert ways.later.starts_at == at("tue 10:00")
    assert [(one.wanted, one.starts_at) for one in ways.moving] == [
        (10, at("mon 10:00")),
        (20, at("tue 10:00")),
    ]


def test_nothing_wanted_is_nothing_placed() -> None:
    task = problem([coach()], [])

    assert slots_engine.place(task).meetings == {}
    assert slots_engine.bound(task) == 0


@pytest.mark.parametrize(
    ("mine", "theirs", "meet", "remark"),
    [
        (("UTC", OFFICE), ("UTC", OFFICE), True, "an ordinary week"),
        (("UTC", "mon-fri 09:00-12:00"), ("UTC", "mon-fri 13:00-17:00"), False, "never at the same hour"),
        (("UTC", "sat 09:00-12:00"), ("UTC", "sun 09:00-12:00"), False, "nor on the same day"),
        (("UTC", "tue 09:00-09:20"), ("UTC", OFFICE), False, "twenty minutes are too few"),
        (("America/New_York", "tue 20:00-22:00"), ("Asia/Manila", "wed 09:00-17:00"), True, "over midnight"),
        (
            ("Asia/Kathmandu", "mon 09:00-09:45"),
            ("UTC", "mon 03:15-04:00"),
            True,
            "three quarters of an hour",
        ),
        (("UTC", "sun 09:00-10:00"), ("UTC", "sun 09:00-10:00"), True, "once a week, on its last day"),
    ],
)
def test_whether_two_people_ever_work_at_the_same_time(
    mine: tuple[str, str], theirs: tuple[str, str], *, meet: bool, remark: str
) -> None:
    booked = Coach(id=1, zone=mine[0], week=worktime.parse_week(mine[1]))
    met = Participant(id=10, zone=theirs[0], week=worktime.parse_week(theirs[1]))

    assert slots_reasons.ever_meet(met, booked, since=MONDAY) is meet, remark


def test_free_times_are_offered_one_a_day() -> None:
    task = problem([coach()], [], standing=[stands(wanted(20), "mon 10:00")])
    board = Board(replace(task, people={10: person(10)}))

    assert slots_offers.near(board, wanted(10), most=2) == [at("mon 09:30"), at("tue 09:00")]


def test_free_times_are_spread_over_each_of_a_few_days() -> None:
    board = Board(replace(problem([coach()], []), people={10: person(10)}))

    found = slots_offers.spread(board, wanted(10), days=2, a_day=3, but=at("mon 09:00"))

    days = [[one for one in found if one.date() == at(f"{day} 09:00").date()] for day in ("mon", "tue")]
    assert [len(times) for times in days] == [3, 3]
    assert days[0][0] == at("mon 09:30")  # what overlaps the time it has is none
    assert days[1][0] == at("tue 09:00")
    assert all(slots_offers.is_free(board, wanted(10), at=one) for one in found)
    assert not slots_offers.is_free(board, wanted(10), at=at("fri 20:00"))
