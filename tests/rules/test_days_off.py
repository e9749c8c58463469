"""What is said of a day on which somebody does not work as usual."""

from datetime import date

import pytest

from coachfollow.rules import days_off, weeks
from coachfollow.rules.absences import Closure, Leave
from coachfollow.rules.worktime import WorkingTime

TIMES = WorkingTime(
    pattern=weeks.parse_week(weeks.DEFAULT_WEEK),
    holidays={
        date(2026, 4, 3): "Good Friday",
        date(2026, 4, 6): "Easter Monday",
        date(2026, 5, 1): "Labour Day",
    },
    roster={date(2026, 4, 6): weeks.parse_hours("09:00-13:00")},
    leave=(
        Leave(first=date(2026, 3, 10), last=date(2026, 3, 12), from_noon=True),
        Leave(first=date(2026, 3, 20), last=date(2026, 3, 20), until_noon=True),
        Leave(first=date(2026, 4, 2), last=date(2026, 4, 3)),
    ),
    closures=(Closure(first=date(2026, 3, 12), last=date(2026, 3, 12)),),
)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        pytest.param(date(2026, 3, 9), "", id="a usual day"),
        pytest.param(date(2026, 3, 14), "", id="a weekend is nothing to tell"),
        pytest.param(date(2026, 3, 10), "away from noon", id="leave begins at noon"),
        pytest.param(date(2026, 3, 11), "away", id="the middle of it"),
        pytest.param(date(2026, 3, 12), "closed", id="the house before the person"),
        pytest.param(date(2026, 3, 20), "away until noon", id="one morning"),
        pytest.param(date(2026, 4, 3), "away", id="leave before a holiday"),
        pytest.param(date(2026, 4, 6), "", id="a roster says that the holiday is worked"),
        pytest.param(date(2026, 5, 1), "Labour Day", id="a holiday"),
    ],
)
def test_what_keeps_somebody_from_working(day: date, said: str) -> None:
    assert days_off.said(TIMES, day) == said
