"""When a coach is told about their people, and in which words: a mail holds nothing of what somebody answered."""

from datetime import UTC, date, datetime

import pytest

from coachfollow.rules import attention_words, digesting, weeks
from coachfollow.rules.absences import Leave
from coachfollow.rules.attention import Need, Reason, Spot
from coachfollow.rules.forms import BARRIER_WORDS
from coachfollow.rules.kinds import Barrier, Rhythm
from coachfollow.rules.worktime import WorkingTime

USUAL = WorkingTime(pattern=weeks.parse_week(weeks.DEFAULT_WEEK))
HOLIDAY = WorkingTime(pattern=USUAL.pattern, holidays={date(2026, 4, 6): "Easter Monday"})
AWAY = WorkingTime(pattern=USUAL.pattern, leave=(Leave(first=date(2026, 3, 9), last=date(2026, 3, 13)),))
SUNDAYS = WorkingTime(pattern=weeks.parse_week("sun-thu 08:00-16:00"))
BERLIN, AUCKLAND = "Europe/Berlin", "Pacific/Auckland"
MONDAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("rhythm", "hours", "zone", "now", "day"),
    [
        pytest.param(Rhythm.WEEKLY, USUAL, BERLIN, (3, 9, 8, 0), MONDAY, id="Monday at nine"),
        pytest.param(Rhythm.WEEKLY, USUAL, BERLIN, (3, 9, 7, 59), None, id="a minute before"),
        pytest.param(
            Rhythm.WEEKLY, USUAL, BERLIN, (3, 9, 15, 0), MONDAY, id="at four: our workers were down"
        ),
        pytest.param(Rhythm.WEEKLY, USUAL, BERLIN, (3, 9, 16, 0), None, id="nobody works any more"),
        pytest.param(Rhythm.WEEKLY, USUAL, BERLIN, (3, 9, 23, 30), None, id="that day is over in Berlin"),
        pytest.param(
            Rhythm.WEEKLY, USUAL, BERLIN, (3, 10, 8, 0), date(2026, 3, 10), id="if Monday passed without it"
        ),
        pytest.param(Rhythm.WEEKLY, USUAL, AUCKLAND, (3, 8, 20, 0), MONDAY, id="Monday comes earlier there"),
        pytest.param(
            Rhythm.WEEKLY, HOLIDAY, BERLIN, (4, 7, 8, 0), date(2026, 4, 7), id="Monday was a holiday"
        ),
        pytest.param(Rhythm.WEEKLY, AWAY, BERLIN, (3, 13, 12, 0), None, id="away all week"),
        pytest.param(
            Rhythm.WEEKLY, SUNDAYS, BERLIN, (3, 9, 8, 0), MONDAY, id="a week begins on Monday for all"
        ),
        pytest.param(Rhythm.DAILY, USUAL, BERLIN, (3, 10, 8, 0), date(2026, 3, 10), id="every working day"),
        pytest.param(Rhythm.DAILY, USUAL, BERLIN, (3, 14, 9, 0), None, id="not on Saturday"),
        pytest.param(Rhythm.NEVER, USUAL, BERLIN, (3, 9, 8, 0), None, id="never"),
    ],
)
def test_the_day_on_which_a_coach_is_told(
    rhythm: Rhythm, hours: WorkingTime, zone: str, now: tuple[int, int, int, int], day: date | None
) -> None:
    moment = datetime(2026, *now, tzinfo=UTC)

    assert digesting.due_on(rhythm, hours=hours, zone=zone, now=moment) == day


def test_what_was_told_in_a_week_is_not_told_again_in_it() -> None:
    assert digesting.looks_since(Rhythm.WEEKLY, date(2026, 3, 11)) == MONDAY
    assert digesting.looks_since(Rhythm.DAILY, date(2026, 3, 11)) == date(2026, 3, 11)


def test_how_far_a_list_reaches() -> None:
    assert digesting.told_until(Rhythm.WEEKLY, date(2026, 4, 7)) == date(2026, 4, 12)
    assert digesting.told_until(Rhythm.DAILY, date(2026, 4, 7)) == date(2026, 4, 7)
    assert digesting.soon_until(HOLIDAY, date(2026, 4, 2)) == date(2026, 4, 8)


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_a_mail_says_why_somebody_is_needed_and_not_what_they_answered(language: str) -> None:
    told = {
        need: attention_words.mailed(
            Reason(need=need, spot=Spot(1, MONDAY), detail=_detail(need)), language=language
        )
        for need in Need
    }

    assert len(set(told.values())) == len(Need)
    assert not any(words in said for words in BARRIER_WORDS.values() for said in told.values())


def _detail(need: Need) -> str:
    return {Need.BARRIER: ",".join(Barrier), Need.UNREAD: "participant,manager"}.get(need, "2")
