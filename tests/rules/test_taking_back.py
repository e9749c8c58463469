"""Whether a decision can still be taken back, and the sentence that says why not."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from coachfollow.rules import changes, decisions, snapshots, taking_back
from coachfollow.rules.excuses import Excuse
from coachfollow.rules.kinds import PlanState, StepKind
from coachfollow.rules.levers import Add, Lever, Skip
from coachfollow.rules.snapshots import Busy, Snapshot
from coachfollow.rules.taking_back import Decision
from tests.rules.plans_by_hand import DAY, NOW, course, follow_up, placed, snapshot

COACH = 7
PLAN = snapshot(follow_up(1, course()), follow_up(2, course(meeting=placed(NOW + DAY)), StepKind.CHECK_IN))


def decision(plan: Snapshot, lever: Lever) -> tuple[Decision, Snapshot]:
    """A decision of the coach, and the plan as it stands after it."""
    change = decisions.decide(plan, lever, now=NOW)
    made = Decision(id=1, change=change, at=NOW, actor_id=COACH, is_taken_back=False)
    return made, snapshots.after(plan, change)


MADE, AFTER = decision(PLAN, Skip(follow_up=2, excuse=Excuse.AWAY))


def test_what_has_not_left_can_be_taken_back_for_a_day() -> None:
    assert taking_back.too_late(MADE, snapshot=AFTER, actor_id=COACH, now=NOW + DAY) is None


@pytest.mark.parametrize(
    ("made", "plan", "actor", "later", "sentence"),
    [
        (MADE, AFTER, 8, 0, taking_back.NOT_YOURS),
        (replace(MADE, actor_id=None), AFTER, None, 0, taking_back.NOT_YOURS),
        (replace(MADE, is_taken_back=True), PLAN, COACH, 0, taking_back.AGAIN),
        (replace(MADE, change=changes.inverse(MADE.change, now=NOW)), PLAN, COACH, 0, taking_back.AGAIN),
        (replace(MADE, left=["Anna", "Ben", "Anna"]), AFTER, COACH, 0, "to Anna and Ben has left"),
        (MADE, AFTER, COACH, 25, taking_back.OVER),
        (MADE, PLAN, COACH, 0, taking_back.MOVED_ON),
        (
            MADE,
            replace(AFTER, footing=replace(AFTER.footing, state=PlanState.PAUSED)),
            COACH,
            0,
            taking_back.MOVED_ON,
        ),
        (
            MADE,
            replace(AFTER, busy=[Busy(follow_up=9, starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)]),
            COACH,
            0,
            taking_back.GIVEN_AWAY,
        ),
    ],
)
def test_why_it_is_too_late(
    made: Decision, plan: Snapshot, actor: int | None, later: int, sentence: str
) -> None:
    said = taking_back.too_late(made, snapshot=plan, actor_id=actor, now=NOW + timedelta(hours=later))

    assert said is not None
    assert sentence in said


def test_what_was_added_can_be_taken_back_while_it_stands_as_it_was_added() -> None:
    made, plan = decision(PLAN, Add(step=1, day=NOW.date() + DAY, at=time(9)))
    added = follow_up(2, made.change.edits[0].after)
    there = replace(plan, follow_ups=[*plan.follow_ups, added])

    assert taking_back.too_late(made, snapshot=there, actor_id=COACH, now=NOW) is None
    assert taking_back.too_late(made, snapshot=plan, actor_id=COACH, now=NOW) == taking_back.MOVED_ON
