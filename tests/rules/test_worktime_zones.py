"""Wall clocks and instants: the days on which they disagree (F25)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coachfollow.rules import worktime


def wall(text: str) -> datetime:
    """What a clock on the wall shows."""
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    """An instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "shown", "instant", "remark"),
    [
        ("Europe/Berlin", "2026-01-15 09:00", "2026-01-15 08:00", "winter"),
        ("Europe/Berlin", "2026-07-15 09:00", "2026-07-15 07:00", "summer"),
        ("Europe/Berlin", "2026-03-29 01:59:59", "2026-03-29 00:59:59", "the last second before the gap"),
        ("Europe/Berlin", "2026-03-29 02:00", "2026-03-29 01:00", "gap: its first moment is 03:00"),
        ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29 01:00", "gap: the first valid instant after"),
        ("Europe/Berlin", "2026-03-29 02:59:59.999999", "2026-03-29 01:00", "gap: to the last moment"),
        ("Europe/Berlin", "2026-03-29 03:00", "2026-03-29 01:00", "after the gap"),
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30", "fold: the first occurrence"),
        ("Europe/Berlin", "2026-10-25 03:00", "2026-10-25 02:00", "after the fold"),
        ("America/New_York", "2026-03-08 02:30", "2026-03-08 07:00", "gap, west of Greenwich"),
        ("America/New_York", "2026-11-01 01:30", "2026-11-01 05:30", "fold, west of Greenwich"),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45", "half-hour fold: the first"),
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:30", "half-hour gap: 02:30"),
        ("Asia/Kolkata", "2026-03-29 09:00", "2026-03-29 03:30", "half-hour zone"),
        ("Asia/Kathmandu", "2026-03-29 09:00", "2026-03-29 03:15", "quarter-hour zone"),
        ("America/St_Johns", "2026-03-08 02:30", "2026-03-08 05:30", "gap in a half-hour zone"),
        ("America/Havana", "2026-03-08 00:30", "2026-03-08 05:00", "gap at midnight: the day begins at one"),
        ("America/Nuuk", "2026-03-28 22:30", "2026-03-29 00:30", "Nuuk leaps on Saturday evening"),
        ("America/Nuuk", "2026-03-28 23:30", "2026-03-29 01:00", "into the gap: Sunday 00:00"),
        ("America/Nuuk", "2026-10-24 23:30", "2026-10-25 00:30", "its fold, too, is a Saturday's"),
        ("Pacific/Kiritimati", "2026-03-02 09:00", "2026-03-01 19:00", "UTC+14: still yesterday in London"),
        ("Etc/GMT+12", "2026-03-02 13:00", "2026-03-03 01:00", "UTC-12: already tomorrow in London"),
        ("Pacific/Apia", "2011-12-30 10:00", "2011-12-30 10:00", "a day that never was: the 31st, 00:00"),
        ("Pacific/Apia", "2011-12-31 00:00", "2011-12-30 10:00", "and the 31st itself"),
        ("Europe/Paris", "2028-02-29 09:00", "2028-02-29 08:00", "29 February"),
        ("UTC", "2026-03-02 09:00", "2026-03-02 09:00", "no rules at all"),
    ],
)
def test_f25_a_wall_time_means_one_instant(zone: str, shown: str, instant: str, remark: str) -> None:
    assert worktime.resolve(wall(shown), zone) == utc(instant), remark


@pytest.mark.parametrize(
    ("zone", "instant", "shown"),
    [
        ("Europe/Berlin", "2026-03-29 01:00", "2026-03-29 03:00"),
        ("Europe/Berlin", "2026-10-25 01:30", "2026-10-25 02:30"),
        ("Pacific/Kiritimati", "2026-03-01 19:00", "2026-03-02 09:00"),
    ],
)
def test_an_instant_shows_on_the_wall(zone: str, instant: str, shown: str) -> None:
    found = worktime.local(utc(instant), zone)
    assert (found, found.tzinfo, found.fold) == (wall(shown), None, 0)


def test_the_fold_of_a_wall_time_is_not_believed() -> None:
    second = wall("2026-10-25 02:30").replace(fold=1)
    assert worktime.resolve(second, "Europe/Berlin") == utc("2026-10-25 00:30")


years = st.datetimes(wall("1975-01-01"), wall("2045-01-01"))


@given(years, st.timezone_keys(allow_prefix=False))
@example(wall("2011-12-30 10:00:00.000001"), "Pacific/Apia")
@example(wall("1993-08-21 12:00"), "Pacific/Kwajalein")
def test_f25_a_wall_time_comes_back_unless_it_lies_in_a_gap(shown: datetime, zone: str) -> None:
    instant = worktime.resolve(shown, zone)
    back = worktime.local(instant, zone)
    just_before = worktime.local(instant - timedelta(microseconds=1), zone)
    assert instant.tzinfo is UTC
    assert back == shown or just_before < shown < back


@given(years, years, st.timezone_keys(allow_prefix=False))
def test_later_on_the_wall_is_never_earlier_in_fact(one: datetime, other: datetime, zone: str) -> None:
    first, second = sorted((one, other))
    assert worktime.resolve(first, zone) <= worktime.resolve(second, zone)


def test_a_day_ends_with_its_last_second() -> None:
    assert worktime.end_of_day(date(2026, 3, 28), "Europe/Berlin") == utc("2026-03-28 22:59:59")
    assert worktime.end_of_day(date(2026, 3, 29), "Europe/Berlin") == utc("2026-03-29 21:59:59")


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"])
def test_a_zone_that_exists_is_no_problem(name: str) -> None:
    assert worktime.zone_problem(name) is None


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "Europe", "../etc/passwd", "/etc/passwd", "CEST", "a\0b"]
)
def test_a_zone_that_does_not_exist_gets_a_sentence(name: str) -> None:
    problem = worktime.zone_problem(name)
    assert problem is not None
    assert f"“{name}” is not a time zone we know; use a name like Europe/Berlin" in problem
