"""A rhythm thins or thickens reminders and moves questions by days; nothing mandatory is left out."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import planning, rotas, tempo
from coachfollow.rules.cadence import Sessions, StepRule
from coachfollow.rules.kinds import Pace, StepKind
from coachfollow.rules.planning import BETWEEN, Planned
from coachfollow.rules.tempo import AS_PLANNED, Freedom, Tempo
from coachfollow.rules.worktime import WorkingTime
from tests.rules.test_planning import BERLIN, TUESDAY, step
from tests.rules.test_planning_working_days import DAY, OFFICE, PART_TIME

LIGHTER, CLOSER = Tempo(pace=Pace.LIGHTER), Tempo(pace=Pace.CLOSER)
THURSDAYS = Tempo(weekday=3)
FREE = frozenset(Freedom)


def prompt(key: str, days: int) -> StepRule:
    return replace(step(key, days), kind=StepKind.PROMPT, mandatory=False, open_days=None)


STEPS = (
    replace(step("plan", 0), kind=StepKind.COMMITMENT),
    *(prompt(f"nudge-{day}", day) for day in (3, 13, 24, 29)),
    *(step(f"asked-{day}", day) for day in (2, 7, 14, 30)),
    replace(step("meet", 14), kind=StepKind.CHECK_IN),
    replace(step("last", 180), kind=StepKind.UNPROMPTED),
)


def planned(own: Tempo, *steps: StepRule, week: WorkingTime = OFFICE) -> tuple[Planned, ...]:
    return planning.plan(steps or STEPS, sessions=Sessions((TUESDAY,), 0), week=week, zone=BERLIN, own=own)


def days(own: Tempo, kind: StepKind, *, week: WorkingTime = OFFICE) -> list[int]:
    """How many days after the training these come, those that are not left out."""
    found = [one for one in planned(own, week=week) if one.kind is kind and one.excused is None]
    return [(one.local_date - TUESDAY).days for one in found]


@pytest.mark.parametrize(
    ("own", "kind", "expected", "remark"),
    [
        (AS_PLANNED, StepKind.PROMPT, [3, 13, 24, 29], "as the programme has it"),
        (LIGHTER, StepKind.PROMPT, [3, 24], "every other one is left out"),
        (CLOSER, StepKind.PROMPT, [3, 8, 13, 20, 24, 29], "halfway, a day off moved it; no room between 24 and 29"),
        (LIGHTER, StepKind.REFLECTION, [2, 7, 14, 30], "no question is left out"),
        (THURSDAYS, StepKind.PROMPT, [9, 16, 24, 30], "on the next Thursday: the 13th day is one after the 9th"),
        (THURSDAYS, StepKind.REFLECTION, [2, 9, 16, 30], "a Thursday is that already"),
        (THURSDAYS, StepKind.CHECK_IN, [14], "a meeting is placed, not chosen"),
        (THURSDAYS, StepKind.COMMITMENT, [0], "the plan of one's own is asked for on the day"),
        (Tempo(weekday=1), StepKind.REFLECTION, [2, 7, 14, 35], "the second would come with the seventh: it stays"),
        (replace(THURSDAYS, pace=Pace.CLOSER), StepKind.PROMPT, [9, 16, 24, 30], "no Thursday lies between"),
    ],
)  # fmt: skip
def test_what_a_rhythm_makes_of_a_programme(
    own: Tempo, kind: StepKind, expected: list[int], remark: str
) -> None:
    assert days(own, kind) == expected, remark


def test_the_time_of_day_is_theirs_where_nobody_else_is_concerned() -> None:
    at = {one.kind: one.local_time for one in planned(Tempo(at=time(15, 30)))}

    assert at[StepKind.REFLECTION] == at[StepKind.PROMPT] == at[StepKind.UNPROMPTED] == time(15, 30)
    assert at[StepKind.CHECK_IN] == at[StepKind.COMMITMENT] == time(10)


def test_it_is_said_why() -> None:
    own = replace(THURSDAYS, pace=Pace.CLOSER)
    why = {(one.step, one.n): one.why for one in planned(own, prompt("a", 3), prompt("b", 31))}

    assert why["a", 1] == "3 days after the training, on the next Thursday as chosen"
    assert why["a", BETWEEN] == tempo.MORE


def asked(one: Planned) -> int:
    return int(one.step.partition("-")[2])


tempos = st.builds(
    Tempo,
    pace=st.sampled_from(Pace),
    weekday=st.none() | st.integers(0, 6),
    at=st.none() | st.sampled_from([time(9), time(12, 15)]),
)
programmes = st.lists(
    st.tuples(st.sampled_from(["ask", "nudge"]), st.integers(0, 60)), min_size=1, max_size=9, unique=True
)


@given(own=tempos, chosen=programmes, week=st.sampled_from([OFFICE, PART_TIME]))
def test_nothing_is_lost_nothing_doubled_and_the_order_of_a_kind_is_kept(
    own: Tempo, chosen: list[tuple[str, int]], week: WorkingTime
) -> None:
    steps = [(prompt if kind == "nudge" else step)(f"{kind}-{day}", day) for kind, day in chosen]
    found = planned(own, *steps, week=week)

    ordinary = [one for one in found if one.n == 1]
    assert sorted(one.step for one in ordinary) == sorted(rule.key for rule in steps)
    assert len({(one.step, one.n) for one in found}) == len(found)
    assert all(one.excused is None for one in found if one.kind is StepKind.REFLECTION)
    for kind in (StepKind.REFLECTION, StepKind.PROMPT):
        own_kind = sorted((asked(one), one.local_date) for one in ordinary if one.kind is kind)
        assert [day for _, day in own_kind] == sorted(day for _, day in own_kind)
    for one in ordinary:
        wanted = TUESDAY + int(one.step.partition("-")[2]) * DAY
        assert (
            timedelta() <= one.local_date - wanted <= timedelta(days=6 + 6)
        )  # a weekday, then their days off


@given(chosen=programmes)
def test_a_rhythm_that_is_not_chosen_changes_nothing(chosen: list[tuple[str, int]]) -> None:
    steps = [(prompt if kind == "nudge" else step)(f"{kind}-{day}", day) for kind, day in chosen]
    plain = planning.plan(steps, sessions=Sessions((TUESDAY,), 0), week=OFFICE, zone=BERLIN)

    assert planned(AS_PLANNED, *steps) == plain


@pytest.mark.parametrize(
    ("own", "allowed", "problems"),
    [
        (Tempo(pace=Pace.CLOSER, weekday=2, at=time(12)), FREE, {}),
        (AS_PLANNED, frozenset(), {}),
        (LIGHTER, FREE - {Freedom.RHYTHM}, {"rhythm": "This programme keeps it as it is."}),
        (THURSDAYS, FREE - {Freedom.WEEKDAY}, {"weekday": "This programme keeps it as it is."}),
        (Tempo(at=time(9)), frozenset(), {"time": "This programme keeps it as it is."}),
        (Tempo(weekday=0), FREE, {"weekday": "You do not work on a Monday; choose another day."}),
        (Tempo(at=time(14)), FREE, {"time": "That is outside your working hours; choose another time."}),
    ],
)
def test_what_cannot_be_chosen_is_said_beside_its_field(
    own: Tempo, allowed: frozenset[Freedom], problems: dict[str, str]
) -> None:
    assert tempo.problems(own, allowed=allowed, week=PART_TIME, today=TUESDAY) == problems


def test_whose_weeks_take_turns_may_choose_the_hours_of_either() -> None:
    shifts = WorkingTime(pattern=rotas.parse("mon-fri 06:00-14:00 / mon-fri 14:00-22:00 from 2026-03-02"))

    assert tempo.problems(Tempo(at=time(20)), allowed=FREE, week=shifts, today=date(2026, 3, 3)) == {}


def test_a_question_is_recalled_once_less() -> None:
    assert tempo.reminders((2, 4), Pace.LIGHTER) == (2,)
    assert tempo.reminders((), Pace.LIGHTER) == ()
    assert tempo.reminders((2, 4), None) == tempo.reminders((2, 4), Pace.CLOSER) == (2, 4)
