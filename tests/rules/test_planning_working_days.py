"""A distance in working days leaves out what one person has off, and says so in one phrase."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachfollow.rules import cadence, planning, rotas, worktime
from coachfollow.rules.absences import Closure, Leave
from coachfollow.rules.cadence import Sessions, StepRule
from coachfollow.rules.kinds import DayKind, StepKind
from coachfollow.rules.planning import Planned
from coachfollow.rules.worktime import WorkingTime
from tests.rules.test_planning import BERLIN, TUESDAY, step

OFFICE = WorkingTime(pattern=rotas.parse(worktime.DEFAULT_WEEK))
PART_TIME = WorkingTime(pattern=rotas.parse("tue-thu 09:00-13:00"))
HOLIDAY = replace(OFFICE, holidays={date(2026, 3, 6): "Founders' Day"})
DAY = timedelta(days=1)


def working(
    days: int, *, key: str = "step", anchor: str = "session", open_days: int | None = None
) -> StepRule:
    return replace(step(key, days, anchor=anchor, open_days=open_days), day_kind=DayKind.WORKING)


def away(first: int, last: int) -> WorkingTime:
    """Whoever is away from one day after the training to another."""
    return replace(OFFICE, leave=(Leave(first=TUESDAY + first * DAY, last=TUESDAY + last * DAY),))


def planned(person: WorkingTime, *steps: StepRule) -> dict[str, Planned]:
    found = planning.plan(steps, sessions=Sessions((TUESDAY,), 0), week=person, zone=BERLIN)
    return {one.step: one for one in found}


@pytest.mark.parametrize(
    ("person", "days", "day", "why"),
    [
        (OFFICE, 5, "2026-03-10", "5 working days after the training"),  # over one weekend
        (OFFICE, 1, "2026-03-04", "1 working day after the training"),
        (OFFICE, 0, "2026-03-03", "on the day of the training"),
        (OFFICE, -2, "2026-02-27", "2 working days before the training"),  # Monday, then Friday
        (PART_TIME, 5, "2026-03-12", "5 working days after the training"),  # three of them a week
        (HOLIDAY, 5, "2026-03-11", "5 working days after the training"),
        (away(1, 3), 5, "2026-03-13", "5 working days after the training"),  # back on Monday
        (away(-4, -1), -1, "2026-02-26", "1 working day before the training"),
    ],
)
def test_only_days_on_which_the_person_works_are_counted(
    person: WorkingTime, days: int, day: str, why: str
) -> None:
    found = planned(person, working(days))["step"]
    assert (found.local_date.isoformat(), found.why, found.excused) == (day, why, None)


@pytest.mark.parametrize(
    ("first", "second", "day", "why"),
    [
        (step("a", 5), working(2, key="b", anchor="step:a"), "2026-03-10", "5 days and 2 working days after"),
        (working(5, key="a"), step("b", 7, anchor="step:a"), "2026-03-17", "7 days and 5 working days after"),
        (working(5, key="a"), working(2, key="b", anchor="step:a"), "2026-03-12", "7 working days after"),
        (
            step("a", -7),
            working(2, key="b", anchor="step:a"),
            "2026-02-26",
            "7 days before and 2 working days after",
        ),
    ],
)
def test_a_chain_counts_from_the_day_that_was_wanted(
    first: StepRule, second: StepRule, day: str, why: str
) -> None:
    found = planned(OFFICE, first, second)["b"]
    assert (found.local_date.isoformat(), found.why) == (day, f"{why} the training")


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (away(1, 17), "away until 20 March"),
        (away(1, 6), "away until 9 March"),  # over before the day it would have had
        (
            replace(OFFICE, closures=(Closure(first=date(2026, 3, 4), last=date(2026, 3, 6)),)),
            "closed from 4 March to 6 March",
        ),
    ],
)
def test_leave_that_stretches_it_too_far_leaves_it_out(person: WorkingTime, reason: str) -> None:
    found = planned(person, working(5, open_days=2))["step"]
    assert (found.local_date, found.excused) == (date(2026, 3, 10), reason)
    assert found.why == "5 working days after the training"


def test_the_plan_of_ones_own_is_asked_for_after_any_leave() -> None:
    asked = replace(working(5), kind=StepKind.COMMITMENT)
    assert planned(away(1, 60), asked)["step"].excused is None


def test_a_step_before_a_session_leads_up_to_its_day() -> None:
    steps = (working(-3, key="a"), step("b", -7), working(3, key="c"))
    assert cadence.eves(steps, sessions=Sessions((TUESDAY,), 0)) == {"a": TUESDAY, "b": TUESDAY}


people = st.builds(away, st.integers(-10, 0), st.integers(1, 20)) | st.sampled_from(
    [OFFICE, PART_TIME, HOLIDAY]
)


@settings(max_examples=50)
@given(person=people, days=st.integers(-30, 60).filter(bool))
def test_counting_back_gives_the_distance_that_was_asked_for(person: WorkingTime, days: int) -> None:
    found = planned(person, replace(working(days, open_days=365), at=time(9)))["step"]
    assert found.excused is None
    assert worktime.working_days_between(person, TUESDAY, found.local_date) == days
