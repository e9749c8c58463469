"""Replanning is minimal and complete: it gives what is wanted, once; what was asked never moves."""

from dataclasses import replace
from datetime import date, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import reckoning, redating, replanning
from coachfollow.rules.cadence import StepRule
from coachfollow.rules.changes import Course, Key
from coachfollow.rules.kinds import Audience, PlanState, StepKind, TouchpointState
from coachfollow.rules.reckoning import Reckoning
from coachfollow.rules.replanning import Cause, Changes
from coachfollow.rules.snapshots import FollowUp, Snapshot
from tests.rules.plans_by_hand import (
    DAY,
    KINDS,
    NOW,
    WEEK,
    course,
    days,
    follow_up,
    placed,
    snapshot,
    snapshots,
    step,
    zones,
)
from tests.rules.replans import ASKED, BERLIN, CAUSE, QUESTION, anchored, reckoned, replan, standing, wanted

courses = st.builds(
    lambda plan: {one.key: one.course for one in plan.follow_ups},
    snapshots(),
)


def applied(current: dict[Key, Course], changes: Changes) -> dict[Key, Course]:
    return current | {edit.key: edit.after for edit in changes.edits}


@given(courses, courses)
def test_carried_out_it_gives_what_was_wanted_and_then_nothing_is_left_to_do(
    current: dict[Key, Course], wanted: dict[Key, Course]
) -> None:
    changes = replan(current, wanted)

    after = applied(current, changes)
    assert {key: after[key] for key in wanted} == wanted
    assert after.keys() == current.keys() | wanted.keys()  # nothing is lost
    assert replan(after, wanted).edits == ()
    assert len({edit.key for edit in changes.edits}) == len(changes.edits)  # nothing twice
    assert all(edit.before != edit.after for edit in changes.edits)
    assert all(edit.before == current.get(edit.key) for edit in changes.edits)
    # what is not wanted any more is cancelled where nobody was asked, and stays where somebody was
    gone = {key for key in current if key not in wanted}
    planned = {key for key in gone if current[key].state is TouchpointState.PLANNED}
    assert {edit.key for edit in changes.cancelled} == planned
    assert {edit.key for edit in changes.added} == wanted.keys() - current.keys()
    for key in gone - planned:
        assert after[key] == current[key]
    for key in planned:
        assert (after[key].state, after[key].state_reason) == (TouchpointState.CANCELLED, CAUSE.because)
        assert after[key].settled_at == NOW


LIVING = [PlanState.DRAFT, PlanState.ACTIVE, PlanState.PAUSED]


@given(snapshots(states=LIVING), days, days)
def test_whatever_the_correction_nothing_is_lost_and_what_was_asked_stays(
    plan: Snapshot, was: date, becomes: date
) -> None:
    found = wanted(plan, anchored(was, becomes, plan.zone))

    assert found.keys() == plan.courses.keys()
    for one in plan.follow_ups:
        if one.course.state in ASKED or one.key[1] > 1 or was == becomes:
            assert found[one.key] == one.course


@given(days, days)
def test_what_an_active_plan_would_have_asked_days_ago_is_left_out(was: date, becomes: date) -> None:
    dates = anchored(was, becomes, BERLIN)
    planned, moved = (
        next(one for item, one in world.items() if item.kind is StepKind.REFLECTION)
        for world in (dates.was, dates.becomes)
    )
    stands = course(planned.local_date)
    found = wanted(snapshot(follow_up(1, stands)), dates)[1, 1]

    moves = stands.dates.due_at > NOW and planned.local_date != moved.local_date
    assert (found.state is TouchpointState.CANCELLED) == (moves and moved.due_at <= NOW - timedelta(days=2))
    assert (found.dates.day == moved.local_date) == (moves or planned.local_date == moved.local_date)


@given(days, days)
def test_without_a_reason_to_leave_it_out_what_would_have_been_days_ago_stays(
    was: date, becomes: date
) -> None:
    stands = course(anchored(was, was, BERLIN).was[QUESTION].local_date)
    found = wanted(snapshot(follow_up(1, stands)), anchored(was, becomes, BERLIN), Cause(because="…"))[1, 1]
    assert found.state is TouchpointState.PLANNED
    assert found == stands or found.dates.due_at > NOW - timedelta(days=2)


# Two versions of a programme, two towns, two trainings: any of it may change at once


@st.composite
def versions(draw: st.DrawFn, first_id: int) -> dict[int, StepRule]:
    """Steps with ids of their own; the same key may ask something else, or at another distance, or be gone."""
    keys = draw(st.lists(st.sampled_from("abcde"), min_size=1, unique=True))
    return {
        first_id + n: replace(
            step(draw(st.sampled_from(list(KINDS.values())))),
            key=key,
            offset_days=draw(st.integers(-5, 60)),
            at=time(draw(st.integers(6, 20))),
        )
        for n, key in enumerate(keys)
    }


@st.composite
def reckonings(draw: st.DrawFn) -> tuple[Reckoning, Reckoning]:
    """How somebody is dated before and after."""
    steps = draw(versions(1))
    return (
        reckoned(draw(days), draw(zones), steps),
        reckoned(draw(days), draw(zones), draw(st.one_of(st.just(steps), versions(11)))),
    )


@st.composite
def dated(draw: st.DrawFn, by: Reckoning) -> Snapshot:
    """A plan as a programme dates it, somewhere on its way, with one or the other follow-up moved by hand."""
    found = []
    for number, (step_id, rule) in enumerate(by.steps.items(), start=1):
        planned = by.dated()[reckoning.Item(rule.key, rule.kind, rule.audience)]
        dates = redating.Dates(
            day=planned.local_date,
            at=planned.local_time,
            due_at=planned.due_at,
            grace_until=planned.grace_until,
            closes_at=planned.closes_at,
        )
        if draw(st.booleans()):
            moved_by = draw(st.integers(-3, 9)) * DAY
            dates = redating.moved(dates, day=dates.day + moved_by, week=WEEK, zone=by.zone)
        stands = replace(course(), dates=dates, why=planned.why)
        if dates.due_at <= NOW:
            stands = replace(stands, state=draw(st.sampled_from(sorted(ASKED))))
        if rule.kind is StepKind.CHECK_IN and draw(st.booleans()):
            stands = replace(stands, meeting=placed(dates.due_at))
        found.append(
            FollowUp(
                id=number,
                key=(step_id, 1),
                step=rule.key,
                kind=rule.kind,
                audience=rule.audience,
                mandatory=False,
                zone=by.zone,
                course=stands,
            )
        )
    return snapshot(*found, state=draw(st.sampled_from(LIVING)), zone=by.zone)


def after(plan: Snapshot, changes: Changes, becomes: Reckoning) -> Snapshot:
    """The plan once it is carried out: what is to come belongs to the new version and stands in the new zone."""
    ids = {(one.key, one.kind): step_id for step_id, one in becomes.steps.items()}
    there = [
        replace(one, course=edits.get(one.key, one.course))
        for edits in [{edit.key: edit.after for edit in changes.edits}]
        for one in plan.follow_ups
    ]
    kept = [
        one
        if one.course.state is not TouchpointState.PLANNED
        else replace(one, zone=becomes.zone, key=(ids.get((one.step, one.kind), one.key[0]), one.key[1]))
        for one in there
    ]
    new = [
        FollowUp(
            id=100 + n,
            key=edit.key,
            step=becomes.steps[edit.key[0]].key,
            kind=becomes.steps[edit.key[0]].kind,
            audience=Audience.PARTICIPANT,
            mandatory=False,
            zone=becomes.zone,
            course=edit.after,
        )
        for n, edit in enumerate(changes.added)
    ]
    return replace(plan, follow_ups=[*kept, *new], zone=becomes.zone)


@given(st.data(), reckonings())
def test_whatever_changes_it_is_done_once_with_nothing_lost_doubled_or_asked_again(
    data: st.DataObject, worlds: tuple[Reckoning, Reckoning]
) -> None:
    was, becomes = worlds
    plan = data.draw(dated(was))
    dates = reckoning.anchored(was, becomes)
    changes = replan(dict(plan.courses), wanted(plan, dates))
    done = after(plan, changes, becomes)

    for one in plan.follow_ups:  # what was asked stays
        if one.course.state in ASKED:
            assert one in done.follow_ups
    live = [
        (one.step, one.kind) for one in done.follow_ups if one.course.state is not TouchpointState.CANCELLED
    ]
    assert len(set(live)) == len(live)
    due = {(item.step, item.kind) for item, one in dates.becomes.items() if one.due_at > NOW}
    assert due <= {(one.step, one.kind) for one in done.follow_ups}
    planned = {(one.step, one.kind) for one in done.follow_ups if one.course.state is TouchpointState.PLANNED}
    assert planned <= {(item.step, item.kind) for item in dates.becomes}

    still = reckoning.anchored(becomes, becomes)  # the same once more changes nothing
    again = replanning.wanted(
        standing(done), dict.fromkeys((was.zone, becomes.zone), still), cause=CAUSE, now=NOW
    )
    assert replan(dict(done.courses), again).edits == ()
