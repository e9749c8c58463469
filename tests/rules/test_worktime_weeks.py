"""Working weeks: read, written, and counted in."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import worktime
from coachfollow.rules.worktime import Span, WorkingWeek

OFFICE = worktime.parse_week(worktime.DEFAULT_WEEK)
MONDAY = date(2026, 3, 2)

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def day(number: int) -> date:
    """A day of March 2026: the 2nd is a Monday."""
    return date(2026, 3, number)


@pytest.mark.parametrize(
    ("text", "canonical", "remark"),
    [
        ("mon-fri 09:00-17:00", "mon-fri 09:00-17:00", "the default"),
        ("mon-fri 09:00-17:00; sat 10:00-12:00", "mon-fri 09:00-17:00; sat 10:00-12:00", "two entries"),
        ("mon 09:00-12:00,13:00-17:00", "mon 09:00-12:00,13:00-17:00", "a break at noon"),
        ("mon 13:00-17:00; mon 09:00-12:00", "mon 09:00-12:00,13:00-17:00", "one day said twice"),
        ("  MON - Fri   9:00 - 17:00 ;", "mon-fri 09:00-17:00", "case, spaces and a last semicolon"),
        (
            "mon\N{EN DASH}fri 09:00\N{EN DASH}17:00",
            "mon-fri 09:00-17:00",
            "dashes as word processors set them",
        ),
        ("Monday, Wednesday 08:00-12:00", "mon 08:00-12:00; wed 08:00-12:00", "full names in a list"),
        ("sun-thu 08:00-16:00", "mon-thu 08:00-16:00; sun 08:00-16:00", "the week begins on Sunday"),
        ("mon 09:00-12:00,12:00-17:00", "mon 09:00-17:00", "spans that touch are one"),
        ("mon-sun 00:00-23:59", "mon-sun 00:00-23:59", "always there"),
    ],
)
def test_a_week_is_read_from_text_and_written_in_one_way(text: str, canonical: str, remark: str) -> None:
    assert worktime.format_week(worktime.parse_week(text)) == canonical, remark


@given(st.from_type(WorkingWeek))
def test_any_week_survives_being_written_and_read(week: WorkingWeek) -> None:
    assert worktime.parse_week(worktime.format_week(week)) == week


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no working hours at all; write for example"),
        (" ; ", "no working hours at all"),
        ("mon-fri", "“mon-fri” needs both days and hours"),
        ("09:00-17:00", "“09:00-17:00” needs both days and hours"),
        ("lun 09:00-17:00", "“lun” is not a day; use mon, tue"),
        ("m 09:00-17:00", "“m” is not a day"),
        ("mon-wed-fri 09:00-17:00", "“mon-wed-fri” is not a range of days"),
        ("mon 9-17", "“9-17” are not hours; write them like 09:00-17:00"),
        ("mon 17:00-09:00", "17:00-09:00 ends before it starts"),
        ("mon 09:00-09:00", "09:00-09:00 ends before it starts"),
        ("mon 09:00-24:00", "24:00 is not a time of day; it goes from 00:00 to 23:59"),
        ("mon 09:00-12:00,11:00-13:00", "on Monday, 09:00-12:00 and 11:00-13:00 overlap"),
        ("mon-fri 09:00-17:00; wed 10:00-11:00", "on Wednesday, 09:00-17:00 and 10:00-11:00 overlap"),
    ],
)
def test_a_week_that_cannot_be_meant_gets_a_sentence(text: str, complaint: str) -> None:
    with pytest.raises(ValueError) as problem:  # noqa: PT011 - the sentence is checked below
        worktime.parse_week(text)
    assert complaint in str(problem.value)


def test_a_week_has_seven_days() -> None:
    with pytest.raises(ValueError, match="seven days, not 1"):
        WorkingWeek(((Span(time(9), time(17)),),))


def test_equal_weeks_are_one_key() -> None:
    assert {OFFICE: 1}[worktime.parse_week("mon-thu 9:00-17:00; fri 9:00-17:00")] == 1


@pytest.mark.parametrize(
    ("start", "following", "preceding", "remark"),
    [
        (day(6), day(6), day(6), "a Friday is a working day itself"),
        (day(7), day(9), day(6), "Saturday lies between Friday and Monday"),
        (day(8), day(9), day(6), "so does Sunday"),
    ],
)
def test_a_day_off_gives_way_to_the_working_days_around_it(
    start: date, following: date, preceding: date, remark: str
) -> None:
    assert worktime.is_working_day(OFFICE, start) is (start == following), remark
    assert worktime.next_working_day(OFFICE, start) == following, remark
    assert worktime.previous_working_day(OFFICE, start) == preceding, remark


@pytest.mark.parametrize(
    ("start", "n", "end", "remark"),
    [
        (day(2), 0, day(2), "none is the day itself"),
        (day(7), 0, day(7), "even a day off"),
        (day(2), 3, day(5), "within the week"),
        (day(5), 3, day(10), "over the weekend"),
        (day(7), 1, day(9), "the first after a Saturday is Monday"),
        (day(9), -1, day(6), "back over the weekend"),
        (day(8), -5, day(2), "a working week back from a Sunday"),
    ],
)
def test_working_days_are_added_and_counted_back(start: date, n: int, end: date, remark: str) -> None:
    assert worktime.add_working_days(OFFICE, start, n) == end, remark
    assert worktime.working_days_between(OFFICE, start, end) == n, remark


@given(st.from_type(WorkingWeek), days, st.integers(-20, 20))
def test_between_is_the_inverse_of_add(week: WorkingWeek, start: date, n: int) -> None:
    end = worktime.add_working_days(week, start, n)
    assert worktime.working_days_between(week, start, end) == n
    assert n == 0 or worktime.is_working_day(week, end)


@given(st.from_type(WorkingWeek), days)
def test_the_next_working_day_is_the_nearest(week: WorkingWeek, start: date) -> None:
    found = worktime.next_working_day(week, start)
    between = (start + timedelta(days=i) for i in range((found - start).days))
    assert worktime.is_working_day(week, found)
    assert not any(worktime.is_working_day(week, one) for one in between)


@pytest.mark.parametrize(
    ("wanted", "clipped", "remark"),
    [
        ("07:30", "09:00", "too early: when work starts"),
        ("09:00", "09:00", "the first moment is inside"),
        ("11:59", "11:59", "inside"),
        ("12:00", "12:00", "the end of a span is inside"),
        ("12:30", "13:00", "in the break: when it ends"),
        ("17:00", "17:00", "the last moment is inside"),
        ("17:01", "13:00", "too late: the latest start, still the same day"),
    ],
)
def test_a_time_is_fitted_into_the_hours_of_the_day(wanted: str, clipped: str, remark: str) -> None:
    week = worktime.parse_week("mon 09:00-12:00,13:00-17:00")
    found = worktime.clip_time(week, MONDAY, time.fromisoformat(wanted))
    assert found == time.fromisoformat(clipped), remark


def test_on_a_day_off_the_wanted_time_stands() -> None:
    assert worktime.clip_time(OFFICE, day(7), time(22)) == time(22)


@given(st.from_type(WorkingWeek), days, st.times())
def test_a_fitted_time_lies_in_the_hours_and_stays_there(
    week: WorkingWeek, start: date, wanted: time
) -> None:
    working = worktime.next_working_day(week, start)
    clipped = worktime.clip_time(week, working, wanted)
    assert any(span.start <= clipped <= span.end for span in week.days[working.weekday()])
    assert worktime.clip_time(week, working, clipped) == clipped
