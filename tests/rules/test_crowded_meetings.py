"""Standing meetings too many or too near for their coach: the later gives way, named with its reason."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import slots_clashes, worktime
from coachfollow.rules.slots_board import Board
from coachfollow.rules.slots_values import Coach, Meeting, Participant, Problem

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
HALF = timedelta(minutes=30)


def coach(*, gap: int = 0, a_day: int | None = None, a_week: int | None = None) -> Coach:
    return Coach(id=1, zone="UTC", week=None, gap=gap, a_day=a_day, a_week=a_week)


def meetings(*hours: float) -> list[Meeting]:
    """Meetings of half an hour, so many hours after Monday at nine."""
    starts = [MONDAY + timedelta(hours=after) for after in hours]
    return [
        Meeting(wanted=n, coach=1, person=2, starts_at=start, ends_at=start + HALF)
        for n, start in enumerate(starts)
    ]


@pytest.mark.parametrize(
    ("hours", "given", "crowded", "remark"),
    [
        ((0, 0.5, 1), coach(), [], "no limit, no crowd"),
        ((0, 0.75), coach(gap=15), [], "the gap is just kept"),
        ((0, 0.5), coach(gap=15), [1], "too near"),
        ((0, 0.5, 1), coach(gap=15), [1], "what gives way is not in the way of the third"),
        ((2, 1, 0), coach(a_day=2), [0], "the latest gives way, in whatever order they are read"),
        ((0, 24, 48), coach(a_day=1), [], "a day each"),
        ((0, 24, 48), coach(a_week=2), [2], "three in a week of two"),
        ((144, 168), coach(a_week=1), [], "Sunday and the Monday after are two weeks"),
    ],
)
def test_what_is_too_much(hours: tuple[float, ...], given: Coach, crowded: list[int], remark: str) -> None:
    assert list(slots_clashes.crowded(meetings(*hours), coach=given)) == crowded, remark


@given(
    st.sets(st.integers(0, 300), max_size=12),
    st.sampled_from([0, 10, 30]),
    st.sampled_from([None, 1, 3]),
    st.sampled_from([None, 2, 5]),
)
def test_without_those_named_the_others_keep_every_limit(
    halves: set[int], gap: int, a_day: int | None, a_week: int | None
) -> None:
    mine = coach(gap=gap, a_day=a_day, a_week=a_week)
    standing = meetings(*(half / 2 for half in halves))
    crowded = slots_clashes.crowded(standing, coach=mine)
    person = Participant(id=2, zone="UTC", week=worktime.parse_week(worktime.DEFAULT_WEEK))
    board = Board(Problem(coaches={1: mine}, people={2: person}, wanted=()))

    for one in sorted(standing, key=lambda one: one.starts_at):
        assert board.takes(one) == (one.wanted not in crowded)
        board.put([] if one.wanted in crowded else [one])
