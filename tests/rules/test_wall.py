"""A wall calendar holds every day once, in weeks that start on Monday, and its sheets follow one another."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import wall
from coachfollow.rules.wall import View

DAY = timedelta(days=1)
DAYS = st.dates(min_value=wall.EARLIEST, max_value=wall.LATEST)
VIEWS = st.sampled_from(View)


@given(view=VIEWS, day=DAYS)
def test_a_sheet_holds_each_of_its_days_once_under_its_weekday(view: View, day: date) -> None:
    sheet = wall.sheet(view, day)

    days = list(sheet.days)
    assert days == [sheet.first + DAY * n for n in range((sheet.last - sheet.first).days + 1)]
    assert day in days
    for week in sheet.weeks:
        assert [one.weekday() for one in week if one] == [n for n, one in enumerate(week) if one]
        assert len(week) == 7
        assert any(week)


@given(view=VIEWS, day=DAYS)
def test_leafing_on_and_back_leads_to_the_same_sheet_and_leaves_no_day_out(view: View, day: date) -> None:
    sheet = wall.sheet(view, day)

    if sheet.following is not None:
        after = wall.sheet(view, sheet.following)
        assert after.first == sheet.last + DAY
        assert after.previous is not None
        assert wall.sheet(view, after.previous) == sheet


@pytest.mark.parametrize(
    ("view", "day", "first", "last", "weeks"),
    [
        pytest.param(
            View.MONTH, date(2026, 2, 14), date(2026, 2, 1), date(2026, 2, 28), 5, id="begins on a Sunday"
        ),
        pytest.param(
            View.MONTH, date(2027, 2, 1), date(2027, 2, 1), date(2027, 2, 28), 4, id="four weeks exactly"
        ),
        pytest.param(View.MONTH, date(2026, 8, 31), date(2026, 8, 1), date(2026, 8, 31), 6, id="six weeks"),
        pytest.param(View.MONTH, date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29), 5, id="a leap day"),
        pytest.param(
            View.WEEK, date(2026, 3, 1), date(2026, 2, 23), date(2026, 3, 1), 1, id="Sunday ends a week"
        ),
        pytest.param(
            View.WEEK, date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 8), 1, id="Monday begins one"
        ),
        pytest.param(
            View.WEEK, date(2027, 1, 1), date(2026, 12, 28), date(2027, 1, 3), 1, id="over New Year"
        ),
    ],
)
def test_which_days_a_sheet_shows(view: View, day: date, first: date, last: date, weeks: int) -> None:
    sheet = wall.sheet(view, day)

    assert (sheet.first, sheet.last, len(sheet.weeks)) == (first, last, weeks)


def test_the_calendar_ends_where_nothing_of_ours_lies() -> None:
    assert wall.sheet(View.MONTH, wall.EARLIEST).previous is None
    assert wall.sheet(View.MONTH, wall.LATEST).following is None
    assert not wall.is_known(wall.LATEST + DAY)
