"""When one person works: leave, holidays, rosters, closed and quiet times upon their week; and why not."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachfollow.rules import rotas, worktime
from coachfollow.rules.absences import Closure, Leave, Quiet
from coachfollow.rules.worktime import Span, WorkingTime

OFFICE = rotas.parse("mon-fri 09:00-12:00,13:00-17:00")


def march(number: int) -> date:
    return date(2026, 3, number)


def leave(first: int, last: int, *, from_noon: bool = False, until_noon: bool = False) -> Leave:
    return Leave(first=march(first), last=march(last), from_noon=from_noon, until_noon=until_noon)


@pytest.mark.parametrize(
    ("person", "day", "hours", "remark"),
    [
        (WorkingTime(pattern=OFFICE), 2, "09:00-12:00,13:00-17:00", "a Monday like every other"),
        (WorkingTime(pattern=OFFICE, holidays={march(2): "Founders' Day"}), 2, "", "a public holiday"),
        (
            WorkingTime(
                pattern=OFFICE,
                holidays={march(2): "Founders' Day"},
                roster={march(2): (Span(time(6), time(9)),)},
            ),
            2,
            "06:00-09:00",
            "whoever stands in the roster works on a holiday too",
        ),
        (WorkingTime(pattern=OFFICE, roster={march(2): ()}), 2, "", "the roster says: free"),
        (WorkingTime(pattern=OFFICE, leave=(leave(2, 4),)), 2, "", "the first day of leave"),
        (WorkingTime(pattern=OFFICE, leave=(leave(2, 4),)), 4, "", "and its last"),
        (
            WorkingTime(pattern=OFFICE, leave=(leave(2, 4),)),
            5,
            "09:00-12:00,13:00-17:00",
            "and the day after",
        ),
        (WorkingTime(pattern=OFFICE, leave=(leave(2, 4, from_noon=True),)), 2, "09:00-12:00", "from noon"),
        (WorkingTime(pattern=OFFICE, leave=(leave(2, 4, until_noon=True),)), 4, "13:00-17:00", "until noon"),
        (
            WorkingTime(pattern=OFFICE, leave=(leave(2, 2, from_noon=True), leave(2, 2, until_noon=True))),
            2,
            "",
            "two halves are a day",
        ),
        (
            WorkingTime(
                pattern=OFFICE,
                roster={march(2): (Span(time(6), time(9)),)},
                closures=(Closure(first=march(2), last=march(3)),),
            ),
            2,
            "",
            "a closed house has no roster",
        ),
        (
            WorkingTime(pattern=OFFICE, quiet=Quiet(since=time(16), until=time(10))),
            2,
            "10:00-12:00,13:00-16:00",
            "quiet over midnight",
        ),
        (
            WorkingTime(pattern=OFFICE, quiet=Quiet(since=time(12), until=time(14))),
            2,
            "09:00-12:00,14:00-17:00",
            "quiet at noon",
        ),
        (
            WorkingTime(pattern=rotas.parse("mon 22:00-23:59"), quiet=Quiet(since=time(20), until=time(7))),
            2,
            "22:00-23:59",
            "who works at night only can be written to at night only",
        ),
    ],
)
def test_the_hours_of_a_day(person: WorkingTime, day: int, hours: str, remark: str) -> None:
    assert ",".join(map(str, person.on(march(day)))) == hours, remark


@pytest.mark.parametrize(
    ("person", "wanted", "sentence"),
    [
        (WorkingTime(pattern=OFFICE), march(14), "moved from Sat 14 to Mon 16 March: weekend"),
        (
            WorkingTime(pattern=OFFICE, holidays={date(2026, 4, 3): "Good Friday"}),
            date(2026, 4, 3),
            "moved from Fri 3 to Mon 6 April: Good Friday, weekend",
        ),
        (
            WorkingTime(pattern=OFFICE, leave=(leave(16, 27),)),
            march(17),
            "moved from Tue 17 to Mon 30 March: away until 27 March, weekend",
        ),
        (
            WorkingTime(pattern=OFFICE, closures=(Closure(first=date(2026, 12, 24), last=date(2027, 1, 1)),)),
            date(2026, 12, 28),
            "moved from Mon 28 December to Mon 4 January: closed from 24 December to 1 January, weekend",
        ),
        (
            WorkingTime(pattern=rotas.parse("mon 09:00-12:00; thu 09:00-12:00")),
            march(3),
            "moved from Tue 3 to Thu 5 March: not a working day",
        ),
    ],
)
def test_a_move_says_what_was_in_the_way(person: WorkingTime, wanted: date, sentence: str) -> None:
    assert worktime.moved(person, wanted, worktime.next_working_day(person, wanted)) == sentence


def test_a_move_between_two_working_days_is_one_of_hours() -> None:
    assert worktime.moved(OFFICE, march(2), march(3)).endswith(": outside working hours")


def test_a_move_backwards_says_the_same() -> None:
    assert worktime.moved(OFFICE, march(15), march(13)) == "moved from Sun 15 to Fri 13 March: weekend"


@pytest.mark.parametrize(
    ("kind", "first", "last", "noons"),
    [(Leave, 4, 3, False), (Closure, 4, 3, False), (Leave, 3, 3, True)],
)
def test_what_ends_before_it_starts_is_refused(
    kind: type[Leave | Closure], first: int, last: int, *, noons: bool
) -> None:
    more = {"from_noon": True, "until_noon": True} if noons else {}
    with pytest.raises(ValueError, match=r"before the first|either the morning or the afternoon"):
        kind(first=march(first), last=march(last), **more)


days = st.dates(date(2026, 2, 1), date(2026, 6, 30))


@settings(max_examples=40)
@given(st.from_type(WorkingTime), days, st.integers(-15, 15))
def test_between_is_the_inverse_of_add(person: WorkingTime, start: date, n: int) -> None:
    end = worktime.add_working_days(person, start, n)
    assert worktime.working_days_between(person, start, end) == n


@settings(max_examples=40)
@given(st.from_type(WorkingTime), days)
def test_leave_and_closed_days_only_ever_take_days_away(person: WorkingTime, day: date) -> None:
    assert not person.on(day) or person.usual.on(day)
    assert person.on(day) or person.off(day)


@settings(max_examples=40)
@given(st.from_type(WorkingTime), days, days)
def test_later_wanted_is_never_earlier_found(person: WorkingTime, one: date, other: date) -> None:
    first, second = sorted((one, other))
    assert worktime.next_working_day(person, first) <= worktime.next_working_day(person, second)
    found = worktime.next_working_day(person, first)
    assert worktime.next_working_day(person, found) == found
    assert found - first < timedelta(days=90)
