"""What placing finds is compared with all ways there are, on instances so small that all can be tried."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import slots_board, slots_cost, slots_engine, slots_moves, slots_time
from coachfollow.rules.slots_board import Board
from coachfollow.rules.slots_moves import Others
from coachfollow.rules.slots_values import Meeting, Participant, Problem, Wanted
from tests.rules.test_placing_together import HALF_HOUR, MONDAY, OFFICE, at, coach, faults, person, wanted

_HOURS = st.sampled_from(
    ["mon 09:00-10:00", "mon 09:00-10:30", "mon 11:30-12:30", "mon 09:00-09:30; tue 09:00-10:00"]
)
_LIMIT = st.sampled_from([None, 1, 2])
_BUSY = st.sampled_from(
    [
        (),
        ((at("mon 09:00"), at("mon 09:30")),),
        ((at("mon 08:00"), at("mon 09:10")), (at("tue 09:30"), at("tue 12:00"))),
    ]
)


@st.composite
def _tasks(draw: st.DrawFn) -> Problem:
    """Two coaches with few hours and limits, people with busy times and a coach already, a meeting that stands."""
    staff = {
        n: coach(n, draw(_HOURS), gap=draw(st.sampled_from([0, 15])), a_day=draw(_LIMIT), a_week=draw(_LIMIT))
        for n in (1, 2)
    }
    wishes = [
        replace(
            wanted(n, draw(st.sampled_from(["mon 09:00", "mon 12:00"])), days=draw(st.sampled_from([1, 2]))),
            coaches=draw(st.sampled_from([(1,), (1, 2)])),
            coach=draw(st.sampled_from([None, 1, 2])),
        )
        for n in range(10, 10 + draw(st.integers(2, 3)))
    ]
    people = {one.person: replace(person(one.person), busy=draw(_BUSY)) for one in wishes}
    people[20] = person(20)
    standing = draw(st.sampled_from([[], [_meeting(wanted(20), 2, "mon 09:00")]]))
    empty = Problem(coaches=staff, people=people, wanted=wishes)
    return replace(empty, standing=[] if any(faults(empty, standing)) else standing)


def _meeting(wish: Wanted, coach_id: int, start: str) -> Meeting:
    begins = slots_time.minute(at(start))
    return slots_board.meeting(wish, coach_id, begins, begins + 30)


def _is_free(one: Participant, meeting: Meeting) -> bool:
    return not any(meeting.starts_at < end and start < meeting.ends_at for start, end in one.busy)


def own_times(task: Problem, wish: Wanted) -> Iterator[Meeting]:
    """The times into which the coaches' hours are cut that suit a wish, looked at one by one."""
    for number in wish.coaches:
        stands = [(one.starts_at, one.ends_at) for one in task.standing if one.coach == number]
        tiles = slots_time.tiles(
            task.coaches[number], earliest=wish.earliest, latest=wish.latest, meetings=stands
        )
        for tile in tiles:
            one = slots_board.meeting(wish, number, tile.start, tile.end)
            if (
                wish.earliest <= one.starts_at
                and one.ends_at <= wish.latest
                and _is_free(task.people[wish.person], one)
            ):
                yield one


def ways(task: Problem, open_to: Mapping[int, Sequence[Meeting]]) -> Iterator[list[Meeting]]:
    """All ways to place some of what is wanted, and none in another's way."""

    def from_here(left: Sequence[Wanted], meetings: list[Meeting]) -> Iterator[list[Meeting]]:
        if not left:
            yield meetings
            return
        yield from from_here(left[1:], meetings)
        for one in open_to[left[0].id]:
            if not any(faults(task, [*task.standing, *meetings, one])):
                yield from from_here(left[1:], [*meetings, one])

    return from_here(task.wanted, [])


def loads(task: Problem, open_to: Mapping[int, Sequence[Meeting]]) -> Mapping[int, int]:
    """What each coach costs for being wanted: a share from everybody who could have them, over their times."""
    asked = {one.id: {meeting.coach for meeting in open_to[one.id]} for one in task.wanted}
    if all(len(some) <= 1 for some in asked.values()):
        return dict.fromkeys(task.coaches, 0)
    price = {}
    for number in task.coaches:
        demand = sum(1 / len(some) for some in asked.values() if number in some)
        times = {one.starts_at for some in open_to.values() for one in some if one.coach == number}
        price[number] = round(slots_cost.LOAD * min(1, demand / len(times))) if times else 0
    return price


@given(_tasks())
def test_the_whole_price_is_the_least_of_all_ways(task: Problem) -> None:
    """Distance, hours, load and another coach than the plan's: for meetings of one week all of it is exact."""
    open_to = {one.id: list(own_times(task, one)) for one in task.wanted}
    price, wishes = loads(task, open_to), {one.id: one for one in task.wanted}

    def whole(meetings: Sequence[Meeting]) -> int:
        return sum(
            slots_board.cost(task, wishes[one.wanted], one)
            + price[one.coach]
            + slots_cost.ANOTHER_COACH * (wishes[one.wanted].coach not in {None, one.coach})
            for one in meetings
        )

    most, cheapest = min((-len(way), whole(way)) for way in ways(task, open_to))

    placed = list(slots_engine.place(task).meetings.values())

    assert list(faults(task, [*task.standing, *placed])) == []
    assert all(_is_free(task.people[one.person], one) for one in placed)
    assert len(placed) >= -most
    if len(placed) == -most:  # beyond their own times, every quarter of an hour is tried
        assert whole(placed) == cheapest


@st.composite
def _full_boards(draw: st.DrawFn) -> Problem:
    """A coach whose few hours are taken, and one more who wants one of them."""
    staff = {
        1: coach(1, draw(_HOURS), gap=draw(st.sampled_from([0, 15])), a_day=draw(_LIMIT), a_week=draw(_LIMIT))
    }
    wishes = [
        replace(
            wanted(n, draw(st.sampled_from(["mon 09:00", "mon 09:45"])), days=draw(st.sampled_from([1, 2])))
        )
        for n in (10, 20, 21)
    ]
    people = {one.person: replace(person(one.person), busy=draw(_BUSY)) for one in wishes}
    empty = Problem(coaches=staff, people=people, wanted=wishes)
    standing: list[Meeting] = []
    for one in wishes[1:]:
        open_to = [time for time in _quarters(empty, one) if not any(faults(empty, [*standing, time]))]
        if open_to:
            standing.append(draw(st.sampled_from(open_to)))
    return replace(empty, standing=standing)


def _quarters(task: Problem, wish: Wanted) -> Sequence[Meeting]:
    """Every quarter of an hour that suits a wish."""
    first = wish.earliest + timedelta(hours=9)
    starts = [first + day * timedelta(days=1) + n * HALF_HOUR / 2 for day in range(2) for n in range(16)]
    found = [
        Meeting(wanted=wish.id, coach=1, person=wish.person, starts_at=one, ends_at=one + HALF_HOUR)
        for one in starts
    ]
    return [
        one
        for one in found
        if one.ends_at <= wish.latest
        and _is_free(task.people[wish.person], one)
        and not any(faults(task, [one]))
    ]


@given(_full_boards())
def test_one_more_moves_nobody_or_one_at_the_least_cost(task: Problem) -> None:
    wishes = {one.id: one for one in task.wanted}
    new, old = wishes[10], {one.wanted: one for one in task.standing}
    found = slots_moves.fit(Board(task), new, others=Others(movable=wishes))

    best = min(_up_to_one_moves(task, new, old, wishes), default=None)

    if best is not None:
        assert found is not None
        assert (len(found.meetings) - 1, found.cost) == best
    if found is not None:
        after = old | {one.wanted: one for one in found.meetings}
        assert list(faults(task, list(after.values()))) == []
        assert found.meetings[0].wanted == new.id
        assert all(_is_free(task.people[one.person], one) for one in found.meetings)
        assert best is not None or len(found.meetings) > 2


def _up_to_one_moves(
    task: Problem, new: Wanted, old: Mapping[int, Meeting], wishes: Mapping[int, Wanted]
) -> Iterator[tuple[int, int]]:
    """How many move and what all that costs, for every way in which at most one does."""
    for time in _quarters(task, new):
        mine = slots_board.cost(task, new, time)
        if not any(faults(task, [*old.values(), time])):
            yield 0, mine
        for number, gone in old.items():
            rest = [one for one in old.values() if one != gone]
            for other in _quarters(task, wishes[number]):
                if other != gone and not any(faults(task, [*rest, time, other])):
                    yield 1, mine + slots_board.cost(task, wishes[number], other) + slots_moves.MOVED


def test_overlaps_of_one_person_are_parted_and_all_limits_hold_over_two_weeks() -> None:
    wishes = [
        replace(
            wanted(n, coaches=(1, 2)),
            plan=n % 3,
            person=n % 3,
            earliest=MONDAY,
            latest=MONDAY + timedelta(days=12),
        )
        for n in range(6)
    ]
    staff = {n: coach(n, "mon-tue 09:00-10:30", a_day=2, a_week=3, gap=15) for n in (1, 2)}
    task = Problem(coaches=staff, people={n: person(n, OFFICE) for n in range(3)}, wanted=wishes)

    placed = list(slots_engine.place(task).meetings.values())

    assert len(placed) == 6
    assert all(
        one.ends_at <= other.starts_at or other.ends_at <= one.starts_at
        for one, other in combinations(placed, 2)
        if one.person == other.person
    )
