"""What happened while the demo's time went by, in one sentence."""

from datetime import UTC, datetime, timedelta

import pytest

from coachfollow.queries.happenings import Happened
from coachfollow.web import demo_telling

NOTHING = Happened(mails=0, refused=0, answers=0, meetings=0, missed=0)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        pytest.param(timedelta(seconds=20), "A moment", id="a moment"),
        pytest.param(timedelta(minutes=7), "7 minutes", id="minutes"),
        pytest.param(timedelta(hours=1), "An hour", id="an hour"),
        pytest.param(timedelta(hours=15), "15 hours", id="hours"),
        pytest.param(timedelta(days=1, seconds=3), "A day", id="a day, and the seconds it took"),
        pytest.param(timedelta(days=3), "3 days", id="days"),
        pytest.param(timedelta(days=7, seconds=2), "A week", id="a week"),
        pytest.param(timedelta(days=10), "10 days", id="days that are no whole weeks"),
        pytest.param(timedelta(weeks=13, seconds=40), "13 weeks", id="three months"),
    ],
)
def test_how_long_it_was_is_said_in_the_unit_one_would_use(length: timedelta, said: str) -> None:
    assert demo_telling.told(NOTHING, length=length).startswith(f"{said} went by, and nothing happened")


@pytest.mark.parametrize(
    ("happened", "said"),
    [
        (Happened(mails=12, refused=0, answers=5, meetings=0, missed=0), "12 mails left, 5 answers came."),
        (
            Happened(mails=1, refused=1, answers=1, meetings=1, missed=0),
            "1 mail left, 1 answer came, 1 meeting took place, 1 mail could not be delivered.",
        ),
        (
            Happened(mails=0, refused=0, answers=0, meetings=2, missed=3),
            "2 meetings took place, 3 questions closed without an answer.",
        ),
    ],
)
def test_what_happened_is_counted_in_words(happened: Happened, said: str) -> None:
    assert demo_telling.told(happened, length=timedelta(days=3)) == f"3 days went by: {said}"
    assert demo_telling.so_far(happened) == f"So far {said}"


def test_nothing_so_far_is_said_too() -> None:
    assert demo_telling.so_far(NOTHING) == "So far nothing has happened."


def test_the_bar_says_the_moment_briefly() -> None:
    moment = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)

    assert demo_telling.moment(moment, "Europe/Berlin") == "Tue 10 March 2026, 09:00"
