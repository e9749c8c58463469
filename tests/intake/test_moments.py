"""Dates are read in the order that the whole file shows, and asked about where it shows none."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.intake import moments
from coachfollow.intake.moments import Calendar
from coachfollow.intake.words import DateOrder

DMY, MDY, YMD = DateOrder.DMY, DateOrder.MDY, DateOrder.YMD


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 11, 4, hour, minute, second)  # noqa: DTZ001 - naive, as files are


@pytest.mark.parametrize(
    ("spellings", "expected", "order"),
    [
        ({"5/11/2026"}, date(2026, 11, 5), DMY),
        ({"5/11/2026"}, date(2026, 5, 11), MDY),
        ({"5/11/2026", "6/11/2026"}, date(2026, 11, 5), DMY),  # past midnight
        ({"5/11/2026"}, date(2026, 11, 6), DMY),  # where it was held it was the next day already
        ({"5/11/2026"}, date(2026, 11, 7), None),
        ({"5/11/2026", "9/11/2026"}, date(2026, 11, 5), None),  # not all of them are that day
        ({"5/6/2026"}, date(2026, 5, 6), MDY),
        ({"3/4/2026", "4/3/2026"}, date(2026, 4, 3), None),  # neither order has both days there
        ({"5/11/2026"}, None, None),
        ({"14/5/2026"}, date(2026, 11, 30), DMY),  # what the dates show themselves stands above it
    ],
)
def test_the_day_of_the_session_settles_what_dates_leave_open(
    spellings: set[str], expected: date | None, order: DateOrder | None
) -> None:
    ruling = moments.decide(spellings, answer=None, habit=None, expected=expected)

    assert ruling.order is order
    assert (ruling.question is None) == (order is not None)


def test_an_answer_stands_above_the_day_of_the_session_and_a_habit_below_it() -> None:
    day = date(2026, 11, 5)

    assert moments.decide({"5/11/2026"}, answer=MDY, habit=None, expected=day).order is MDY
    assert moments.decide({"5/11/2026"}, answer=None, habit=MDY, expected=day).order is DMY


@pytest.mark.parametrize(
    ("text", "order", "moment", "remark"),
    [
        ("11/4/2026, 9:50:12 AM", MDY, at(9, 50, 12), "Teams, United States"),
        ("11/4/2026, 9:50:12 PM", MDY, at(21, 50, 12), "the afternoon"),
        ("04/11/26, 09:50:12", DMY, at(9, 50, 12), "Teams, two digits"),
        ("04.11.2026, 09:50:12", DMY, at(9, 50, 12), "German"),
        ("4. 11. 2026 9:50", DMY, at(9, 50), "Czech, spaces after the dots"),
        ("04-11-2026 09.50.12", DMY, at(9, 50, 12), "Danish, dots in the time"),
        ("11/04/2026 09:50:12 AM", MDY, at(9, 50, 12), "Zoom"),
        ("2026-11-04T09:50:12Z", None, at(9, 50, 12), "ISO; the zone is dropped"),
        ("2026-11-04T09:50:12.123+01:00", None, at(9, 50, 12), "ISO with everything"),
        ("2026-11-04 09:50:12", MDY, at(9, 50, 12), "the year first is clear in any order"),
        ("26/11/04 09:50", YMD, at(9, 50), "the year first in two digits, once a person said so"),
        ("Nov 4, 2026, 9:50:12 AM", None, at(9, 50, 12), "the month as a word"),
        ("4-Nov-26 09:50", None, at(9, 50), "as spreadsheets like it"),
        ("4 November 2026 09:50 UTC", None, at(9, 50), "in full"),
        ("11/4/2026 12:05 AM", MDY, at(0, 5), "midnight"),
        ("11/4/2026 12:05 p.m.", MDY, at(12, 5), "noon"),
        ("11/4/2026 13:05 PM", MDY, at(13, 5), "twenty-four hours all the same"),
        ("9:50 AM", None, time(9, 50), "a time of day"),
        ("23:59:59", None, time(23, 59, 59), "likewise"),
    ],
)
def test_a_time_is_read(text: str, order: DateOrder | None, moment: datetime | time, remark: str) -> None:
    assert Calendar(order).moment(text) == moment, remark


@pytest.mark.parametrize(
    ("text", "order", "remark"),
    [
        ("11/4/2026, 9:50", None, "without an order it is not guessed"),
        ("13/4/2026, 9:50", MDY, "no thirteenth month"),
        ("04.11.2026, 9:50", MDY, "dots are never month first"),
        ("30/02/2026, 9:50", DMY, "no such day"),
        ("4/11/04, 9:50", DMY, "a report of 2004 is another order"),
        ("2026/11/4 上午 9:50", None, "a half of the day in a language we do not know"),
        ("4 Foo 2026 9:50", None, "no month"),
        ("11/4/2026", MDY, "a date without a time"),
        ("11/4/2026 25:00", MDY, "no such hour"),
        ("9999-12-31 09:00", None, "no such training"),
        ("yesterday", DMY, "no date"),
        ("", DMY, "nothing"),
    ],
)
def test_what_cannot_be_read_is_not_guessed(text: str, order: DateOrder | None, remark: str) -> None:
    assert Calendar(order).moment(text) is None, remark


def test_a_date_without_a_time_is_a_day() -> None:
    assert Calendar(DMY).given_day("4/11/2026") == date(2026, 11, 4)
    with pytest.raises(ValueError, match="“soon” is not a date; write it like 2026-11-04"):
        Calendar(DMY).given_day("soon")


@pytest.mark.parametrize(
    ("spellings", "order", "remark"),
    [
        ({"4/11/2026", "14/11/2026"}, DMY, "one number over 12 decides for all"),
        ({"11/4/2026", "11/14/2026"}, MDY, "the other way"),
        ({"4.11.2026"}, DMY, "dots"),
        ({"11/11/2026", "12/12/2026"}, DMY, "twins mean the same either way"),
        ({"14/11/22"}, DMY, "two digits"),
        (set(), None, "no dates at all"),
        ({"99/99/2026"}, None, "no date that could be one"),
    ],
)
def test_the_order_is_decided_over_all_dates(
    spellings: set[str], order: DateOrder | None, remark: str
) -> None:
    assert moments.decide(spellings, answer=None, habit=None) == moments.Ruling(order=order), remark


def test_dates_that_can_be_read_both_ways_are_asked_about() -> None:
    question = moments.decide({"4/11/2026", "5/12/2026", "12/12/2026"}, answer=None, habit=None).question
    assert question is not None
    assert question.sentence == (
        "“4/11/2026” can be 4 November 2026 or 11 April 2026, and no date in this file shows which. "
        "Does the day or the month come first?"
    )
    assert question.options == ("dmy", "mdy")
    assert question.samples == ("4/11/2026", "5/12/2026")


def test_dates_that_contradict_each_other_are_asked_about() -> None:
    question = moments.decide({"14/11/2026", "11/14/2026"}, answer=None, habit=None).question
    assert question is not None
    assert "the day first (“14/11/2026”) and with the month first (“11/14/2026”)" in question.sentence


def test_an_answer_stands_above_what_the_dates_show() -> None:
    assert moments.decide({"14/11/2026"}, answer=MDY, habit=None).order is MDY


def test_the_habit_of_a_profile_settles_only_what_is_unclear() -> None:
    assert moments.decide({"4/11/2026"}, answer=None, habit=MDY).order is MDY
    assert moments.decide({"14/11/2026"}, answer=None, habit=MDY).order is DMY


DAYS = st.dates(date(2015, 1, 1), date(2059, 12, 31))
FORMS = {DMY: "{0.day}/{0.month}/{0.year}", MDY: "{0.month}/{0.day}/{0.year}"}


@given(st.sets(DAYS, min_size=1, max_size=6), st.sampled_from([DMY, MDY]))
def test_a_file_in_one_order_is_read_right_or_asked_about(days: set[date], order: DateOrder) -> None:
    spellings = {FORMS[order].format(day) for day in days}
    ruling = moments.decide(spellings, answer=None, habit=None)
    if ruling.question is None:
        assert {Calendar(ruling.order).day(text) for text in spellings} == days
    else:
        assert all(day.day <= 12 for day in days)


@given(st.datetimes(datetime(2015, 1, 1), datetime(2059, 12, 31)))  # noqa: DTZ001 - naive, as files are
def test_every_moment_comes_back_from_its_iso_form(moment: datetime) -> None:
    assert Calendar(None).moment(moment.isoformat(timespec="seconds")) == moment.replace(microsecond=0)
