"""Whether coaches can hold what will be wanted is seen from days alone: what each week holds, who finds no day."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from coachfollow.rules import slots_load
from coachfollow.rules.days import monday
from coachfollow.rules.slots_load import Days, Load, Week
from coachfollow.rules.slots_values import Coach, Meeting
from tests.rules.test_placing_together import coach, stands, wanted

FIRST = date(2026, 3, 2)  # a Monday
NEXT = FIRST + timedelta(days=7)
HOUR_A_DAY = "mon-fri 09:00-10:00"  # two meetings of half an hour
WHEN = tuple[date, date]


def days(*numbers: int) -> WHEN:
    """From one day to another, counted from the first Monday."""
    return FIRST + timedelta(days=numbers[0]), FIRST + timedelta(days=numbers[-1])


def weighed(wishes: Mapping[int, Sequence[WHEN]], *coaches: Coach, standing: Sequence[Meeting] = ()) -> Load:
    return slots_load.load(wishes, coaches=coaches, standing=standing)


def test_where_nothing_is_wanted_no_week_is_looked_at() -> None:
    load = weighed({}, coach(1, HOUR_A_DAY))

    assert (load.weeks, load.homeless, load.fullest) == ((), 0, None)


def test_a_week_holds_what_fits_into_its_hours_and_counts_what_is_wanted_from_its_days_on() -> None:
    load = weighed(
        {1: [days(0, 1), days(4, 8)], 2: [days(7)]}, coach(1, HOUR_A_DAY), coach(2, "tue 09:00-09:30")
    )

    assert load.weeks == [Week(monday=FIRST, wanted=2, room=11), Week(monday=NEXT, wanted=1, room=11)]
    assert load.homeless == 1  # the second coach works on no Monday


def test_weeks_in_which_nothing_is_wanted_are_not_told() -> None:
    load = weighed({1: [days(0), days(14)]}, coach(1, HOUR_A_DAY))

    assert [week.monday for week in load.weeks] == [FIRST, FIRST + timedelta(days=14)]


def test_the_last_week_is_looked_at_to_its_end() -> None:
    load = weighed({1: [days(0), days(0)]}, coach(1, "mon 09:00-09:30; sun 09:00-10:00"))

    assert load.weeks == [Week(monday=FIRST, wanted=2, room=3)]


@pytest.mark.parametrize(
    ("limits", "room"),
    [
        pytest.param({}, 10, id="none"),
        pytest.param({"a_day": 1}, 5, id="one a day"),
        pytest.param({"a_day": 9}, 10, id="more a day than fit"),
        pytest.param({"a_week": 3}, 3, id="three a week"),
        pytest.param({"a_day": 1, "a_week": 9}, 5, id="both"),
    ],
)
def test_limits_of_a_day_and_of_a_week_leave_less_room(limits: Mapping[str, int], room: int) -> None:
    load = weighed({1: [days(0)]}, coach(1, HOUR_A_DAY, **limits))

    assert [week.room for week in load.weeks] == [room]


@pytest.mark.parametrize(
    ("limits", "room"),
    [
        pytest.param({}, 9, id="its own time"),
        pytest.param({"a_day": 1}, 4, id="the one of that day"),
        pytest.param({"a_week": 3}, 2, id="one of the week's"),
        pytest.param({"a_week": 1}, 0, id="all there is"),
    ],
)
def test_what_stands_takes_its_time_and_counts_towards_the_limits(
    limits: Mapping[str, int], room: int
) -> None:
    load = weighed({1: [days(1)]}, coach(1, HOUR_A_DAY, **limits), standing=[stands(wanted(9), "mon 09:00")])

    assert [week.room for week in load.weeks] == [room]


def test_what_stands_with_one_coach_leaves_another_alone_who_is_alike() -> None:
    alike = [coach(n, "mon 09:00-09:30") for n in (1, 2, 3)]
    load = weighed(
        {n: [days(0)] for n in (1, 2, 3)}, *alike, standing=[stands(wanted(9), "mon 09:00", coach_id=2)]
    )

    assert (load.weeks, load.homeless) == ([Week(monday=FIRST, wanted=3, room=2)], 1)


def test_the_fullest_week_lacks_most_room_and_of_two_the_later_one_is_told() -> None:
    weeks = [
        Week(monday=FIRST, wanted=9, room=5),
        Week(monday=NEXT, wanted=5, room=1),
        Week(monday=NEXT + timedelta(days=7), wanted=9, room=8),
    ]

    assert Load(weeks=weeks, homeless=0).fullest == weeks[1]


def test_a_week_that_is_just_full_lacks_nothing() -> None:
    assert Load(weeks=[Week(monday=FIRST, wanted=5, room=5)], homeless=0).fullest is None


def test_the_most_urgent_come_first_so_that_as_many_as_can_find_a_day() -> None:
    one = Days(coach(1, "mon,tue 09:00-09:30"), first=FIRST, last=NEXT)

    assert one.homeless([days(0, 7), days(0, 1), days(0, 0)]) == 0
    assert one.homeless([days(0, 1)] * 3) == 1
    assert one.homeless([days(2, 6)]) == 1
    assert one.homeless([]) == 0


def test_a_limit_of_a_week_leaves_the_rest_to_the_next() -> None:
    one = Days(coach(1, HOUR_A_DAY, a_week=2), first=FIRST, last=NEXT + timedelta(days=6))

    assert one.homeless([days(0, 13)] * 4) == 0
    assert one.homeless([days(0, 13)] * 5) == 1
    assert one.homeless([days(0, 6)] * 3) == 1


@given(st.lists(st.tuples(st.integers(0, 13), st.integers(0, 6)), max_size=12), st.sampled_from([None, 1]))
def test_no_more_find_no_day_than_must(wishes: list[tuple[int, int]], a_day: int | None) -> None:
    one = Days(coach(1, "mon,wed,thu 09:00-10:00", a_day=a_day), first=FIRST, last=FIRST + timedelta(days=27))
    wanted_days = [days(first, first + length) for first, length in wishes]
    seats = [day for day, most in one.most.items() for _ in range(most)]
    fits = [[first.toordinal() <= day <= last.toordinal() for day in seats] for first, last in wanted_days]
    placed = maximum_bipartite_matching(csr_matrix(fits), perm_type="column") if wishes else []

    assert one.homeless(wanted_days) == sum(seat < 0 for seat in placed)


@pytest.mark.parametrize("day", range(7))
def test_every_day_of_a_week_has_the_same_monday(day: int) -> None:
    assert monday(FIRST + timedelta(days=day)) == FIRST
