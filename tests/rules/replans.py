"""Plans that are dated anew: by whom, from where to where, and how they are wanted."""

from datetime import date

from coachfollow.rules import reckoning, replanning
from coachfollow.rules.cadence import Sessions, StepRule
from coachfollow.rules.changes import Course, Key
from coachfollow.rules.kinds import Audience, StepKind, TouchpointState
from coachfollow.rules.reckoning import Anchored, Item, Reckoning
from coachfollow.rules.replanning import Cause, Changes
from coachfollow.rules.snapshots import Snapshot, Standing
from tests.rules.plans_by_hand import KINDS, NOW, WEEK, step

CAUSE = Cause(because="the date was corrected", passed="its day had passed")
BERLIN, TOKYO = "Europe/Berlin", "Asia/Tokyo"
ASKED = {TouchpointState.OPEN, TouchpointState.COMPLETED, TouchpointState.MISSED}
QUESTION = Item("reflection", StepKind.REFLECTION, Audience.PARTICIPANT)


def replan(current: dict[Key, Course], wanted: dict[Key, Course]) -> Changes:
    return replanning.replan(current, wanted, because=CAUSE.because, now=NOW)


def reckoned(
    day: date = date(2026, 3, 10), zone: str = BERLIN, steps: dict[int, StepRule] | None = None
) -> Reckoning:
    rules = steps or {step_id: step(kind) for step_id, kind in KINDS.items()}
    return Reckoning(steps=rules, sessions=Sessions(days=(day,), anchor=0), week=WEEK, zone=zone)


def anchored(was: date, becomes: date, zone: str) -> Anchored:
    return reckoning.anchored(reckoned(was, zone), reckoned(becomes, zone))


def standing(plan: Snapshot) -> Standing:
    return Standing(
        plan_id=1,
        person_id=1,
        name="Anna",
        zone=plan.zone,
        cohort_id=1,
        version_id=1,
        footing=plan.footing,
        follow_ups=plan.follow_ups,
    )


def wanted(plan: Snapshot, dates: Anchored, cause: Cause = CAUSE) -> dict[Key, Course]:
    return replanning.wanted(standing(plan), {plan.zone: dates}, cause=cause, now=NOW)
