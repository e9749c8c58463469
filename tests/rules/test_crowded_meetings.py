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


@pytest.mark.parametrize(
    ("offered", "worked", "said", "remark"),
    [
        (("mon 09:00-10:00", "UTC"), ("mon-fri 09:00-17:00", "UTC"), None, "it fits both"),
        (("mon 09:00-09:30", "UTC"), ("mon 09:00-09:30", "UTC"), None, "to the minute"),
        ((None, "UTC"), ("mon-fri 09:00-17:00", "UTC"), slots_clashes.NOT_OFFERED, "no hours any more"),
        (("mon 09:15-12:00", "UTC"), ("mon 09:00-17:00", "UTC"), slots_clashes.NOT_OFFERED, "begins before"),
        (("mon 08:00-09:15", "UTC"), ("mon 09:00-17:00", "UTC"), slots_clashes.NOT_OFFERED, "ends after"),
        (("tue 09:00-10:00", "UTC"), ("mon 09:00-17:00", "UTC"), slots_clashes.NOT_OFFERED, "another day"),
        (("mon 09:00-10:00", "UTC"), ("mon 09:15-17:00", "UTC"), slots_clashes.NOT_WORKED, "not yet at work"),
        (("tue 09:00-10:00", "UTC"), ("tue 09:00-17:00", "UTC"), slots_clashes.NOT_OFFERED, "the coach's first"),
        (("mon 18:00-19:00", "Asia/Tokyo"), ("mon 04:00-05:00", "America/New_York"), None, "by each one's clock"),
        (("mon 09:00-10:00", "Asia/Tokyo"), ("mon 09:00-10:00", "UTC"), slots_clashes.NOT_OFFERED, "not by UTC"),
        (("mon 08:00-09:15,09:15-10:00", "UTC"), ("mon 09:00-17:00", "UTC"), None, "two spans that meet are one"),
    ],
)  # fmt: skip
def test_why_a_meeting_no_longer_fits(
    offered: tuple[str | None, str], worked: tuple[str, str], said: str | None, remark: str
) -> None:
    (one,) = meetings(0)
    week = worktime.parse_week(offered[0]) if offered[0] else None

    why = slots_clashes.why(one, coach=(week, offered[1]), person=(worktime.parse_week(worked[0]), worked[1]))

    assert why == said, remark
