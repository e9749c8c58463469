"""Whoever shares all that dates somebody shares a rhythm, and nobody else."""

from dataclasses import replace
from datetime import date, time

import pytest

from coachfollow.rules import worktime
from coachfollow.rules.absences import Closure, Leave, Quiet
from coachfollow.rules.cadence import Sessions
from coachfollow.rules.kinds import StepKind
from coachfollow.rules.reckoning import Reckoning
from coachfollow.rules.tempo import Tempo
from coachfollow.rules.worktime import Span, WorkingTime
from tests.rules.plans_by_hand import step

DAY, EASTER = date(2026, 3, 3), {date(2026, 4, 6): "Easter Monday"}
STEPS = {
    1: step(StepKind.REFLECTION),
    2: replace(step(StepKind.PROMPT), anchor="answer:reflection"),
}
WEEK = worktime.parse_week("mon-fri 09:00-17:00")


def anna(answers: dict[str, date] | None = None, **given: object) -> Reckoning:
    """Somebody's reckoning, each time of new values."""
    hours = WorkingTime(pattern=WEEK, holidays=EASTER)
    usual = Reckoning(
        steps=STEPS,
        sessions=Sessions(days=(DAY,), anchor=0, answers=answers or {}),
        week=hours,
        zone="Europe/Berlin",
    )
    return replace(usual, **given)  # type: ignore[arg-type]


def working(**given: object) -> Reckoning:
    hours = WorkingTime(pattern=WEEK, holidays=EASTER)
    return anna(week=replace(hours, **given))  # type: ignore[arg-type]


def test_two_who_share_everything_share_a_rhythm_and_all_dates() -> None:
    assert anna().rhythm == anna().rhythm
    assert anna().dated() == anna().dated()


def test_an_answer_counts_only_where_something_waits_for_it() -> None:
    assert anna({"prompt": DAY}).rhythm == anna().rhythm
    assert anna({"reflection": DAY}).rhythm != anna().rhythm


@pytest.mark.parametrize(
    "other",
    [
        anna(zone="Europe/London"),
        anna(own=Tempo(weekday=2)),
        anna(steps=dict(STEPS)),
        anna(sessions=Sessions(days=(DAY, DAY), anchor=0)),
        anna(sessions=Sessions(days=(DAY,), anchor=1)),
        anna(week=WEEK),
        working(pattern=worktime.parse_week("mon-thu 09:00-17:00")),
        working(holidays={}),
        working(roster={DAY: (Span(time(9), time(12)),)}),
        working(leave=(Leave(first=DAY, last=DAY),)),
        working(closures=(Closure(first=DAY, last=DAY),)),
        working(quiet=Quiet(since=time(20), until=time(7))),
    ],
)
def test_whatever_dates_somebody_else_sets_them_apart(other: Reckoning) -> None:
    assert other.rhythm != anna().rhythm
