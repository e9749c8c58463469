"""Days off turn nothing round: what the programme puts first comes first, at the same moment at the latest."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import cadence, planning, rotas
from coachfollow.rules.absences import Leave
from coachfollow.rules.cadence import Sessions, StepRule
from coachfollow.rules.kinds import Audience, DayKind, StepKind
from coachfollow.rules.planning import Planned
from coachfollow.rules.worktime import WorkingTime
from tests.rules.test_planning import step

RIYADH = "Asia/Riyadh"
FRIDAY = date(2026, 3, 6)
SUNDAY = date(2026, 3, 8)
GULF = WorkingTime(pattern=rotas.parse("sun-thu 09:00-12:00,13:00-17:00"))
PART_TIME = WorkingTime(pattern=rotas.parse("tue-thu 09:00-13:00"))

OWN_PLAN = step("own-plan", kind=StepKind.COMMITMENT, at=time(16))
QUESTION = step("question", 2, at=time(9))


def plan(steps: Sequence[StepRule], week: WorkingTime = GULF, on: date = FRIDAY) -> dict[str, Planned]:
    found = planning.plan(steps, sessions=Sessions((on,), 0), week=week, zone=RIYADH)
    return {one.step: one for one in found}


def test_a_question_about_a_plan_does_not_come_before_the_plan_is_asked_for() -> None:
    found = plan([QUESTION, OWN_PLAN])

    assert list(found) == ["own-plan", "question"]
    assert {one.local_date for one in found.values()} == {SUNDAY}
    assert {one.local_time for one in found.values()} == {time(16)}
    assert found["own-plan"].due_at == found["question"].due_at
    assert found["question"].why == (
        "2 days after the training, at 16:00 instead of 09:00: an earlier follow-up comes first"
    )


def test_the_manager_waits_for_nothing_of_the_participant() -> None:
    card = step("card", 2, kind=StepKind.SPONSOR, audience=Audience.MANAGER, at=time(9))

    assert plan([OWN_PLAN, card])["card"].local_time == time(9)


def test_what_leave_leaves_out_keeps_nothing_waiting() -> None:
    away = replace(GULF, leave=(Leave(first=date(2026, 3, 9), last=date(2026, 3, 12)),))
    steps = [step("far", 4, at=time(16), open_days=2), step("prompt", 9, kind=StepKind.PROMPT, at=time(9))]

    found = plan(steps, week=away)

    assert found["far"].excused is not None
    assert found["prompt"].local_time == time(9)


def test_of_two_questions_after_leave_the_first_is_left_out_whatever_their_hours() -> None:
    away = replace(GULF, leave=(Leave(first=date(2026, 3, 9), last=date(2026, 3, 12)),))

    found = plan([step("late", 4, at=time(16)), step("early", 9, at=time(9))], week=away)

    assert found["late"].excused == "away until 12 March"
    assert found["early"].excused is None


steps = st.lists(
    st.builds(
        lambda days, at, kind, counted: replace(step("", days, kind=kind, at=at), day_kind=counted),
        st.integers(-8, 15),
        st.sampled_from([time(7), time(9), time(12, 30), time(15), time(16), time(18)]),
        st.sampled_from([StepKind.COMMITMENT, StepKind.REFLECTION, StepKind.PROMPT, StepKind.CHECK_IN]),
        st.sampled_from(DayKind),
    ),
    min_size=2,
    max_size=8,
).map(lambda found: [replace(one, key=f"step-{n}") for n, one in enumerate(found)])
weeks = st.sampled_from([GULF, PART_TIME]) | st.builds(
    lambda week, first, days: replace(
        week,
        leave=(Leave(first=date.fromordinal(first), last=date.fromordinal(first + days)),),
    ),
    st.sampled_from([GULF, PART_TIME]),
    st.integers(FRIDAY.toordinal() - 10, FRIDAY.toordinal() + 40),
    st.integers(0, 15),
)


@given(rules=steps, week=weeks, day=st.integers(0, 6))
def test_working_days_turn_no_two_steps_round(rules: list[StepRule], week: WorkingTime, day: int) -> None:
    on = date.fromordinal(FRIDAY.toordinal() + day)
    found = plan(rules, week=week, on=on)
    wanted = cadence.wanted_days(rules, sessions=Sessions((on,), 0), hours=week)
    for group in (
        [one for one in rules if one.offset_days < 0],
        [one for one in rules if one.offset_days >= 0],
    ):
        kept = [one for one in group if found[one.key].excused is None]
        kept.sort(key=lambda one: wanted[one.key])
        for one, other in pairwise(kept):
            assert found[one.key].local_date <= found[other.key].local_date
            if wanted[one.key] < wanted[other.key] and one.offset_days >= 0:
                assert found[one.key].due_at <= found[other.key].due_at


@pytest.mark.parametrize("week", [GULF, PART_TIME])
def test_what_is_in_turn_already_keeps_its_hour(week: WorkingTime) -> None:
    found = plan([OWN_PLAN, step("question", 7, at=time(9))], week=week)

    assert found["question"].local_time == time(9)
