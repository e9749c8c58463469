"""Replanning is minimal and complete: it gives what is wanted, once; what was asked never moves."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import planning, replanning
from coachfollow.rules.changes import Course, Edit, Key
from coachfollow.rules.kinds import PlanState, TouchpointState
from coachfollow.rules.planning import Planned, Sessions, StepRule
from coachfollow.rules.replanning import Anchored, Standing
from coachfollow.rules.snapshots import Snapshot
from tests.rules.plans_by_hand import KINDS, NOW, WEEK, course, days, follow_up, snapshot, snapshots, step

courses = st.builds(
    lambda plan: {one.key: one.course for one in plan.follow_ups},
    snapshots(),
)


def applied(current: dict[Key, Course], edits: tuple[Edit, ...]) -> dict[Key, Course]:
    return current | {edit.key: edit.after for edit in edits}


@given(courses, courses)
def test_carried_out_it_gives_what_was_wanted_and_then_nothing_is_left_to_do(
    current: dict[Key, Course], wanted: dict[Key, Course]
) -> None:
    edits = replanning.replan(current, wanted)

    after = applied(current, edits)
    assert after == current | wanted
    assert replanning.replan(after, wanted) == ()
    assert len({edit.key for edit in edits}) == len(edits)
    assert all(edit.before != edit.after for edit in edits)


def anchored(was: date, becomes: date, zone: str) -> Anchored:
    rules: dict[int, StepRule] = {step_id: step(kind) for step_id, kind in KINDS.items()}
    ids = {rule.key: step_id for step_id, rule in rules.items()}

    def dated(day: date) -> dict[int, Planned]:
        sessions = Sessions(days=(day,), anchor=0)
        found = planning.plan(tuple(rules.values()), sessions=sessions, week=WEEK, zone=zone)
        return {ids[one.step]: one for one in found}

    return Anchored(was=dated(was), becomes=dated(becomes), week=WEEK)


def standing(plan: Snapshot) -> Standing:
    return Standing(plan_id=1, person_id=1, name="Anna", footing=plan.footing, follow_ups=plan.follow_ups)


@given(snapshots(states=[PlanState.DRAFT, PlanState.ACTIVE, PlanState.PAUSED]), days, days)
def test_whatever_the_correction_nothing_is_lost_and_what_was_asked_stays(
    plan: Snapshot, was: date, becomes: date
) -> None:
    dates = {plan.zone: anchored(was, becomes, plan.zone)}
    wanted = replanning.wanted(standing(plan), dates, now=NOW)

    assert wanted.keys() == plan.courses.keys()
    asked = {TouchpointState.OPEN, TouchpointState.COMPLETED, TouchpointState.MISSED}
    for one in plan.follow_ups:
        if one.course.state in asked or one.key[1] > 1 or was == becomes:
            assert wanted[one.key] == one.course


@given(days, days)
def test_what_an_active_plan_would_have_asked_days_ago_is_left_out(was: date, becomes: date) -> None:
    dates = anchored(was, becomes, "Europe/Berlin")
    planned, moved = dates.was[1], dates.becomes[1]
    stands = course(planned.local_date)
    found = replanning.wanted(standing(snapshot(follow_up(1, stands))), {"Europe/Berlin": dates}, now=NOW)[
        1, 1
    ]

    moves = stands.dates.due_at > NOW and planned.local_date != moved.local_date
    assert (found.state is TouchpointState.CANCELLED) == (moves and moved.due_at <= NOW - timedelta(days=2))
    assert (found.dates.day == moved.local_date) == (moves or planned.local_date == moved.local_date)
