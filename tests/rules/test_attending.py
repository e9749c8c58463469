"""Minutes, sessions, and whether somebody attended."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import attending
from coachfollow.rules.kinds import AttendanceState

PRESENT, PARTIAL, ABSENT = AttendanceState.PRESENT, AttendanceState.PARTIAL, AttendanceState.ABSENT
INVITED, EXCUSED = AttendanceState.INVITED, AttendanceState.EXCUSED

Interval = tuple[datetime, datetime]


def at(minute: float) -> datetime:
    """A moment so many minutes into the meeting, which lasts an hour."""
    return datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(minutes=minute)


MEETING = at(0), at(60)


@pytest.mark.parametrize(
    ("intervals", "minutes", "remark"),
    [
        ([], 0, "never came"),
        ([(0, 60)], 60, "from beginning to end"),
        ([(0, 20), (30, 60)], 50, "re-joined: the parts add up"),
        ([(30, 60), (0, 20)], 50, "in whatever order the file has them"),
        ([(0, 40), (20, 60)], 60, "two devices: the overlap counts once"),
        ([(0, 60), (10, 20)], 60, "one inside the other"),
        ([(0, 60), (10, 20), (30, 40)], 60, "and more than one"),
        ([(-30, 90)], 60, "early and late: only the meeting counts"),
        ([(-30, -10)], 0, "left before it began"),
        ([(70, 80)], 0, "came after it ended"),
        ([(20, 10)], 0, "a row that ends before it starts is worth nothing"),
        ([(0, 0.9), (1, 2.9)], 2, "seconds add up before they are cut"),
    ],
)
def test_minutes_of_presence(intervals: list[tuple[float, float]], minutes: int, remark: str) -> None:
    moments = [(at(start), at(end)) for start, end in intervals]
    assert attending.minutes(moments, within=MEETING) == minutes, remark


def test_without_a_meeting_everything_counts() -> None:
    assert attending.minutes([(at(-30), at(90))]) == 120


_moments = st.integers(-7200, 7200).map(lambda second: at(second / 60))
_intervals = st.lists(st.tuples(_moments, _moments))


@given(_intervals, st.tuples(_moments, _moments))
def test_presence_never_exceeds_the_meeting(intervals: list[Interval], meeting: Interval) -> None:
    length = max(meeting[1] - meeting[0], timedelta())
    assert 0 <= attending.minutes(intervals, within=meeting) <= length / timedelta(minutes=1)


@given(_intervals)
def test_the_same_rows_twice_are_worth_the_same(intervals: list[Interval]) -> None:
    assert attending.minutes(intervals + intervals) == attending.minutes(intervals)


@given(_intervals)
def test_presence_is_every_second_that_some_row_covers(intervals: list[Interval]) -> None:
    covered = {
        second
        for joined, left in intervals
        for second in range(int((joined - at(0)).total_seconds()), int((left - at(0)).total_seconds()))
    }
    assert attending.minutes(intervals) == len(covered) // 60


@pytest.mark.parametrize(
    ("minutes", "threshold", "state", "remark"),
    [
        (45, 45, PRESENT, "just enough"),
        (44, 45, PARTIAL, "just not"),
        (1, 45, PARTIAL, "looked in"),
        (0, 45, ABSENT, "never came"),
        (0, 0, PRESENT, "being on the list is enough"),
    ],
)
def test_minutes_make_a_session(minutes: int, threshold: int, state: AttendanceState, remark: str) -> None:
    assert attending.session_state(minutes, threshold=threshold) is state, remark


@pytest.mark.parametrize(
    ("states", "needed", "attended", "remark"),
    [
        ([PRESENT], 1, True, "one of one"),
        ([ABSENT], 1, False, "a no-show"),
        ([PARTIAL], 1, False, "partly there is not there"),
        ([INVITED], 1, None, "the session is still to come"),
        ([], 1, None, "nothing is known"),
        ([PRESENT, PRESENT, ABSENT], 2, True, "two of three"),
        ([PRESENT, INVITED, ABSENT], 2, None, "the last one decides"),
        ([INVITED, ABSENT, ABSENT], 2, False, "one session left cannot make two"),
        ([PRESENT, PRESENT, INVITED], 2, True, "enough before the last one"),
        ([PRESENT, EXCUSED, PRESENT], 3, True, "excused from one: the others are enough"),
        ([PRESENT, EXCUSED, ABSENT], 2, False, "excused from one, but missed another"),
        ([PRESENT, EXCUSED, INVITED], 3, None, "excused from one, one to come"),
        ([EXCUSED], 1, False, "excused from all: nothing was learnt"),
        ([PRESENT, PRESENT], 5, True, "a rule for more sessions than there are means all"),
        ([ABSENT, ABSENT], 0, False, "a rule of none still means one"),
    ],
)
def test_k_of_n_sessions(
    states: list[AttendanceState], needed: int, *, attended: bool | None, remark: str
) -> None:
    assert attending.attended(states, needed=needed) is attended, remark


_states = st.lists(st.sampled_from(AttendanceState), min_size=1)
_needed = st.integers(1, 6)


@given(_states, _needed)
def test_excusing_somebody_never_counts_against_them(states: list[AttendanceState], needed: int) -> None:
    worth = {False: 0, None: 1, True: 2}
    before = worth[attending.attended(states, needed=needed)]
    for index, state in enumerate(states):
        if state in {ABSENT, PARTIAL}:
            excused = [*states[:index], EXCUSED, *states[index + 1 :]]
            assert worth[attending.attended(excused, needed=needed)] >= before


@given(_states, _needed)
def test_undecided_means_that_both_ends_are_possible(states: list[AttendanceState], needed: int) -> None:
    best = [PRESENT if state is INVITED else state for state in states]
    worst = [ABSENT if state is INVITED else state for state in states]
    ends = {attending.attended(best, needed=needed), attending.attended(worst, needed=needed)}
    decided = attending.attended(states, needed=needed)
    assert ends == ({True, False} if decided is None else {decided})


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_a_day_more_or_less_is_the_same_session_in_another_zone(days: int) -> None:
    held = date(2026, 11, 30)

    assert attending.other_day(held + timedelta(days=days), held) == ""


def test_a_missing_list_says_what_waits_for_it() -> None:
    one, two = date(2026, 4, 12), date(2026, 4, 13)

    assert attending.missing_list([one], has_begun=False) == (
        "The attendance list of 12 April 2026 is missing: nobody’s follow-up has begun."
    )
    assert attending.missing_list([one, two], has_begun=True) == (
        "The attendance lists of 12 April 2026 and 13 April 2026 are missing."
    )


def test_a_report_of_another_day_says_so() -> None:
    said = attending.other_day(date(2026, 5, 14), date(2026, 11, 30))

    assert said == "This report is of 14 May 2026; the session is on 30 November 2026."


def test_a_list_of_a_session_still_to_come_says_so() -> None:
    held = date(2026, 12, 4)
    assert attending.too_soon(held, today=held) == ""
    assert attending.too_soon(held, today=date(2026, 12, 1)) == (
        "The session of 4 December 2026 is still to come, and follow-ups begin as soon as a list says"
        " who was there. If these people are invited, bring the list in as one of who is invited."
    )
