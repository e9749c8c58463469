"""Another rhythm moves what is to come from where the programme puts it, and from nowhere else."""

from dataclasses import replace
from datetime import date, timedelta

from coachfollow.rules import choosing
from coachfollow.rules.cadence import Sessions
from coachfollow.rules.kinds import PlanState, StepKind, TouchpointState
from coachfollow.rules.levers import Choose
from coachfollow.rules.tempo import AS_PLANNED, Tempo
from tests.rules.plans_by_hand import DAY, NOW, course, follow_up, snapshot, step

TRAINED, RESTS_SINCE = date(2026, 3, 2), date(2026, 3, 3)
FRIDAY = 4


def test_what_an_answer_in_a_pause_has_dated_comes_on_the_weekday_that_is_chosen() -> None:
    asked = step(StepKind.REFLECTION)
    follows = replace(step(StepKind.PROMPT), anchor=f"answer:{asked.key}", offset_days=7)
    answered = course(TRAINED + DAY, TouchpointState.COMPLETED)
    plan = replace(
        snapshot(
            follow_up(1, replace(answered, settled_at=NOW - 2 * DAY)),
            replace(follow_up(2, course(RESTS_SINCE + 7 * DAY), StepKind.PROMPT), key=(2, 1)),
            state=PlanState.PAUSED,
        ),
        steps={1: asked, 2: follows},
    )
    lever = Choose(
        was=AS_PLANNED, becomes=Tempo(weekday=FRIDAY), sessions=Sessions(days=(TRAINED,), anchor=0)
    )

    moved = choosing.choose(plan, lever, now=NOW).edits

    assert [edit.after.dates.day for edit in moved] == [RESTS_SINCE + timedelta(days=10)]
    assert moved[0].after.dates.day.weekday() == FRIDAY
