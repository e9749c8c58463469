"""What leave, holidays and closed days do to the dates of a plan: postponed within their windows, else excused."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachfollow.rules import planning, rotas, worktime
from coachfollow.rules.absences import Closure, Leave
from coachfollow.rules.cadence import Sessions, StepRule
from coachfollow.rules.kinds import StepKind
from coachfollow.rules.planning import Planned
from coachfollow.rules.worktime import WorkingTime
from tests.rules.test_planning import BERLIN, TUESDAY, step

OFFICE = rotas.parse(worktime.DEFAULT_WEEK)
DAY = timedelta(days=1)


def away(first: int, last: int) -> WorkingTime:
    """Whoever is away from one day after the training to another."""
    return WorkingTime(pattern=OFFICE, leave=(Leave(first=TUESDAY + first * DAY, last=TUESDAY + last * DAY),))


def planned(person: WorkingTime, *steps: StepRule) -> dict[str, Planned]:
    found = planning.plan(steps, sessions=Sessions((TUESDAY,), 0), week=person, zone=BERLIN)
    return {one.step: one for one in found}


def test_what_falls_into_leave_comes_on_the_first_day_back() -> None:
    found = planned(away(7, 10), step(offset_days=7))["step"]
    assert (found.local_date, found.excused) == (date(2026, 3, 16), None)
    assert found.why == (
        "7 days after the training, moved from Tue 10 to Mon 16 March: away until 13 March, weekend"
    )


def test_what_leave_outlasts_is_excused_on_the_day_it_would_have_had() -> None:
    found = planned(away(7, 40), step(offset_days=7, at=time(6)))["step"]
    assert (found.local_date, found.local_time, found.excused) == (
        date(2026, 3, 10),
        time(9),
        "away until 12 April",
    )


def test_a_closed_house_postpones_and_excuses_alike() -> None:
    closed = Closure(first=date(2026, 3, 9), last=date(2026, 3, 13))
    person = WorkingTime(pattern=OFFICE, closures=(closed,))
    found = planned(person, step("a", 7), step("b", 7, open_days=3, kind=StepKind.UNPROMPTED))
    assert found["a"].local_date == date(2026, 3, 16)
    assert found["b"].excused == "closed from 9 March to 13 March"


def test_coming_back_is_no_burst() -> None:
    weekly = [step(f"week {n}", 7 * n) for n in range(1, 5)]
    found = planned(away(6, 17), *weekly)
    assert [found[one.key].excused for one in weekly] == ["away until 20 March", None, None, None]
    assert found["week 2"].local_date == date(2026, 3, 23)


def test_two_kinds_do_not_stand_in_each_others_way() -> None:
    found = planned(away(6, 17), step("asks", 7), step("reminds", 10, kind=StepKind.PROMPT))
    assert {one.local_date for one in found.values()} == {date(2026, 3, 23)}


def test_the_plan_of_ones_own_is_asked_for_however_late() -> None:
    found = planned(away(0, 60), step("plan", 0, kind=StepKind.COMMITMENT))["plan"]
    assert (found.local_date, found.excused) == (date(2026, 5, 4), None)


def test_what_comes_before_the_training_comes_before_the_leave() -> None:
    found = planned(away(-8, -1), step(offset_days=-3))["step"]
    assert found.local_date == date(2026, 2, 20)


@pytest.mark.parametrize("holiday", [{}, {date(2026, 3, 10): "Founders' Day"}])
def test_a_holiday_alone_excuses_nothing(holiday: dict[date, str]) -> None:
    person = WorkingTime(pattern=OFFICE, holidays=holiday)
    found = planned(person, step("a", 7, open_days=1), step("b", 8, open_days=1))
    assert [one.excused for one in found.values()] == [None, None]


@settings(max_examples=50)
@given(st.from_type(WorkingTime), st.lists(st.integers(-10, 70), min_size=1, max_size=6))
def test_everything_is_in_working_time_or_excused(person: WorkingTime, offsets: list[int]) -> None:
    steps = [step(f"{n}", offset) for n, offset in enumerate(offsets)]
    found = planned(person, *steps)
    assert found.keys() == {one.key for one in steps}
    for one in found.values():
        hours = person.usual if one.excused else person
        spans = hours.on(one.local_date)
        assert any(span.start <= one.local_time <= span.end for span in spans)
        assert one.due_at < one.closes_at
    kept = [one for one in found.values() if not one.excused]
    assert [one.due_at for one in kept] == sorted(one.due_at for one in kept)
