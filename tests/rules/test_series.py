"""Gaps are suggested from how long something must last: they never shrink, and none reaches beyond it."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import cadence, series, step_problems
from coachfollow.rules.kinds import StepKind
from tests.rules.test_planning import step

LASTS = st.integers(series.SHORTEST, series.LONGEST)
NUDGE = replace(step("nudge", 7), kind=StepKind.PROMPT, open_days=None)


@pytest.mark.parametrize(
    ("lasts", "first", "gaps", "remark"),
    [
        (7, 0, (1, 1, 2, 3), "20 to 40 % of a week"),
        (30, 0, (5, 5, 6, 6, 7), "a month: from 5 to 7 days"),
        (30, 7, (5, 5, 6, 7), "what begins later has less room"),
        (60, 0, (7, 7, 8, 8, 9, 9, 10), "between two rows of the table"),
        (90, 7, (9, 9, 10, 11, 12, 13, 14), "three months: from 9 to 14 days"),
        (180, 7, (14, 14, 15, 16, 16, 17, 18, 18, 19, 20), "half a year: from 14 to 20 days"),
        (365, 7, (18, 19, 21, 22, 24, 25, 27, 28, 30, 31, 33, 34, 36), "a year: from 18 to 36 days"),
        (30, 25, (5,), "room for one"),
        (30, 26, (), "no room at all"),
        (30, 99, (), "begins when it is over"),
    ],
)  # fmt: skip
def test_gaps_follow_the_table(lasts: int, first: int, gaps: tuple[int, ...], remark: str) -> None:
    assert series.suggested(lasts, first=first) == gaps, remark


@given(lasts=LASTS, first=st.integers(0, 400))
def test_gaps_never_shrink_and_the_last_lies_within(lasts: int, first: int) -> None:
    gaps = series.suggested(lasts, first=first)
    least, largest = series.gaps_for(lasts)

    assert list(gaps) == sorted(gaps)
    assert all(least <= gap <= largest for gap in gaps)
    assert not gaps or first + sum(gaps) <= lasts
    assert gaps or first + least > lasts  # whatever has room is used


@given(lasts=LASTS)
def test_what_must_last_longer_has_longer_gaps(lasts: int) -> None:
    shorter, longer = series.gaps_for(lasts), series.gaps_for(lasts + 1)

    assert shorter <= longer
    assert shorter[1] <= longer[1]


@given(gaps=st.lists(st.integers(1, 60), max_size=series.MOST_GAPS))
def test_a_series_is_as_many_ordinary_steps_each_later_than_the_one_before(gaps: list[int]) -> None:
    ((*own,),) = series.laid_out([(NUDGE, gaps)])
    days = [rule.offset_days for rule in own]

    assert days[0] == NUDGE.offset_days
    assert [later - earlier for earlier, later in pairwise(days)] == gaps
    assert len({rule.key for rule in own}) == len(own)
    assert step_problems.of(own) == ()


def test_a_step_that_follows_a_series_follows_its_last() -> None:
    check = step("check", 90, anchor="step:nudge")
    laid = [rule for own in series.laid_out([(check, ()), (NUDGE, (9, 10))]) for rule in own]

    assert [rule.key for rule in laid] == ["check", "nudge", "nudge-2", "nudge-3"]
    assert cadence.distances(laid)["check"].days == 7 + 9 + 10 + 90


def test_a_series_that_follows_itself_is_told() -> None:
    ((*own,),) = series.laid_out([(replace(NUDGE, anchor="step:nudge"), (9,))])

    assert cadence.anchor_problems(own) == ("step nudge-2 depends on itself",)
