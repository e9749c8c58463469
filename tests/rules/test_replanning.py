"""Replanning is minimal and complete: it gives what is wanted, once; what was asked never moves."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import reckoning, redating, replanning
from coachfollow.rules.absences import Leave
from coachfollow.rules.attending import NOT_THERE
from coachfollow.rules.cadence import Sessions, StepRule
from coachfollow.rules.changes import Course, Footing, Key, Meeting
from coachfollow.rules.kinds import (
    Audience,
    CheckInState,
    Pace,
    PlanState,
    StepKind,
    StopReason,
    TouchpointState,
)
from coachfollow.rules.reckoning import Anchored, Reckoning
from coachfollow.rules.replanning import Cause, Changes, Replanned
from coachfollow.rules.snapshots import FollowUp, Snapshot, Standing
from coachfollow.rules.tempo import Tempo
from coachfollow.rules.worktime import WorkingTime
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

CAUSE = Cause(because="the date was corrected", passed="its day had passed")
BERLIN, TOKYO = "Europe/Berlin", "Asia/Tokyo"
ASKED = {TouchpointState.OPEN, TouchpointState.COMPLETED, TouchpointState.MISSED}

courses = st.builds(
    lambda plan: {one.key: one.course for one in plan.follow_ups},
    snapshots(),
)


def replan(current: dict[Key, Course], wanted: dict[Key, Course]) -> Changes:
    return replanning.replan(current, wanted, because=CAUSE.because, now=NOW)


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
    stands = course(anchored(was, was, BERLIN).was[Q].local_date)
    found = wanted(snapshot(follow_up(1, stands)), anchored(was, becomes, BERLIN), Cause(because="…"))[1, 1]
    assert found.state is TouchpointState.PLANNED
    assert found == stands or found.dates.due_at > NOW - timedelta(days=2)


# Two versions of a programme, two towns, two trainings: any of it may change at once

Q = reckoning.Item("reflection", StepKind.REFLECTION, Audience.PARTICIPANT)


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


# One by one

TRAINING = date(2026, 3, 16)


def test_in_another_zone_the_day_and_the_hour_stay_and_the_instant_follows() -> None:
    stands = course(date(2026, 3, 24))
    dates = reckoning.anchored(reckoned(TRAINING), reckoned(TRAINING, TOKYO))

    found = wanted(snapshot(follow_up(1, stands)), dates)[1, 1]

    assert (found.dates.day, found.dates.at, found.why) == (stands.dates.day, stands.dates.at, stands.why)
    assert found.dates.due_at == stands.dates.due_at - timedelta(hours=8)
    assert found.dates.closes_at == stands.dates.closes_at - timedelta(
        hours=7
    )  # Berlin has summer time by then


def test_a_meeting_begins_when_it_begins_wherever_one_lives() -> None:
    starts_at = datetime(2026, 3, 24, 16, 0, tzinfo=UTC)
    stands = replace(course(date(2026, 3, 24)), meeting=placed(starts_at))
    dates = reckoning.anchored(reckoned(TRAINING), reckoned(TRAINING, TOKYO))

    found = wanted(snapshot(follow_up(1, stands, StepKind.CHECK_IN)), dates)[3, 1]

    assert found.meeting == stands.meeting
    assert (found.dates.day, found.dates.at, found.dates.due_at) == (date(2026, 3, 25), time(1), starts_at)


def test_the_meeting_of_what_is_gone_is_off_the_calendars_for_good() -> None:
    stands = replace(course(date(2026, 3, 24)), meeting=placed(datetime(2026, 3, 24, 9, tzinfo=UTC)))
    plan = snapshot(follow_up(1, stands, StepKind.CHECK_IN))
    only = {11: step(StepKind.PROMPT)}
    dates = reckoning.anchored(reckoned(TRAINING), reckoned(TRAINING, steps=only))

    changes = replan(dict(plan.courses), wanted(plan, dates))

    (cancelled,) = changes.cancelled
    assert cancelled.after.meeting is not None
    assert cancelled.after.meeting.state is CheckInState.CANCELLED


@pytest.mark.parametrize(
    ("after", "state"),
    [
        pytest.param(timedelta(days=1), CheckInState.UNPLACED, id="its day is to come: looked for anew"),
        pytest.param(timedelta(0), CheckInState.CANCELLED, id="its day has come: it stays cancelled"),
    ],
)
def test_the_meeting_of_what_comes_back_is_looked_for_anew(after: timedelta, state: CheckInState) -> None:
    cancelled = replace(
        course(state=TouchpointState.CANCELLED, meeting=replace(placed(NOW), state=CheckInState.CANCELLED)),
        state_reason=CAUSE.because,
    )
    steps = {3: step(StepKind.CHECK_IN)}
    only = {11: step(StepKind.PROMPT)}
    training = (NOW + after - DAY).date()  # the step comes a day after it, at nine
    dates = reckoning.anchored(reckoned(training, steps=only), reckoned(training, steps=steps))

    found = wanted(snapshot(follow_up(1, cancelled, StepKind.CHECK_IN)), dates)[3, 1]

    assert found.meeting is not None
    assert (found.meeting.state, found.meeting.reason) == (state, None)
    is_back = state is CheckInState.UNPLACED
    assert found.state is (TouchpointState.PLANNED if is_back else TouchpointState.CANCELLED)


@pytest.mark.parametrize(
    ("state", "since", "day"),
    [
        pytest.param(PlanState.ACTIVE, NOW - 5 * DAY, date(2026, 3, 9), id="the day it was first answered"),
        pytest.param(
            PlanState.PAUSED, NOW - 5 * DAY, date(2026, 3, 6), id="while a plan rests time stands still"
        ),
        pytest.param(PlanState.PAUSED, NOW, date(2026, 3, 9), id="answered before it rested"),
    ],
)
def test_answers_count_from_the_first_and_not_while_a_plan_rests(
    state: PlanState, since: datetime, day: date
) -> None:
    late = datetime(2026, 3, 8, 23, 30, tzinfo=UTC)  # half past midnight in Berlin, on Monday the 9th
    first, again = (
        replace(course(state=TouchpointState.COMPLETED), settled_at=at) for at in (late, late + DAY)
    )
    prompt = replace(course(state=TouchpointState.COMPLETED), settled_at=late)
    missed = replace(course(state=TouchpointState.MISSED), settled_at=late)
    plan = snapshot(
        follow_up(2, again),
        follow_up(1, first),
        follow_up(3, prompt, StepKind.PROMPT),
        replace(follow_up(4, missed), step="unanswered"),
        state=state,
    )
    footing = replace(plan.footing, state_at=since)

    assert standing(replace(plan, footing=footing)).answers == {"reflection": day}


def test_what_was_asked_by_an_older_version_is_not_asked_again_by_the_next() -> None:
    old = replace(follow_up(1, course(state=TouchpointState.COMPLETED)), key=(99, 1))
    newer = {21: step(StepKind.REFLECTION)}
    dates = reckoning.anchored(reckoned(steps={11: step(StepKind.PROMPT)}), reckoned(TRAINING, steps=newer))

    assert wanted(snapshot(old), dates) == {(99, 1): old.course}


def test_what_is_new_is_put_aside_for_who_was_not_there() -> None:
    plan = replace(
        snapshot(follow_up(1, course())),
        footing=Footing(state=PlanState.DRAFT, state_at=NOW, stop_reason=StopReason.ABSENT),
    )
    steps = {1: step(StepKind.REFLECTION), 9: step(StepKind.PROMPT)}
    dates = reckoning.anchored(reckoned(TRAINING, steps={1: steps[1]}), reckoned(TRAINING, steps=steps))
    new = wanted(plan, dates)[9, 1]
    assert (new.state, new.state_reason, new.settled_at) == (TouchpointState.CANCELLED, NOT_THERE, NOW)


def newcomer(was: Reckoning, becomes: Reckoning) -> Course:
    """What the programme has new of an active plan."""
    return wanted(snapshot(follow_up(1, course())), reckoning.anchored(was, becomes))[9, 1]


def test_what_is_new_comes_where_the_programme_has_it_and_says_why() -> None:
    steps = {1: step(StepKind.REFLECTION), 9: step(StepKind.PROMPT)}
    was, becomes = reckoned(TRAINING, steps={1: steps[1]}), reckoned(TRAINING, steps=steps)

    planned = becomes.dated()[reckoning.Item("reinforcement_prompt", StepKind.PROMPT, Audience.PARTICIPANT)]
    new = newcomer(was, becomes)
    assert (new.state, new.state_reason, new.settled_at) == (TouchpointState.PLANNED, None, None)
    assert (new.dates.day, new.dates.due_at, new.why) == (planned.local_date, planned.due_at, planned.why)

    leave = Leave(first=date(2026, 3, 17), last=date(2026, 5, 2))
    away = replace(becomes, week=WorkingTime(pattern=WEEK, leave=(leave,)))
    new = newcomer(was, away)
    assert (new.state, new.settled_at) == (TouchpointState.EXCUSED, NOW)
    assert new.state_reason is not None
    assert "away" in new.state_reason


def test_a_correction_takes_a_meeting_off_the_calendars_and_says_why() -> None:
    dates = anchored(TRAINING, TRAINING + 7 * DAY, BERLIN)
    day = dates.was[reckoning.Item("check_in", StepKind.CHECK_IN, Audience.PARTICIPANT)].local_date
    stands = course(day, meeting=placed(datetime(2026, 3, 17, 9, tzinfo=UTC)))
    unplaced = replace(stands, meeting=Meeting(state=CheckInState.UNPLACED, reason="nobody has time"))

    freed = wanted(snapshot(follow_up(1, stands, StepKind.CHECK_IN)), dates)[3, 1]
    waits = wanted(snapshot(follow_up(1, unplaced, StepKind.CHECK_IN)), dates)[3, 1]

    assert freed.dates.day == waits.dates.day == day + 7 * DAY
    assert stands.meeting is not None
    assert freed.meeting == replace(stands.meeting, state=CheckInState.UNPLACED, reason=CAUSE.because)
    assert waits.meeting == unplaced.meeting


def test_a_reckoning_knows_the_rhythm_somebody_chose_and_what_it_adds() -> None:
    prompts = {n: replace(step(StepKind.PROMPT), key=f"nudge-{n}", offset_days=n) for n in (1, 15, 29)}
    usual = reckoned(TRAINING, steps=prompts)

    often = replace(usual, own=Tempo(pace=Pace.CLOSER)).dated()
    thursdays = replace(usual, own=Tempo(weekday=3)).dated()

    first = reckoning.Item("nudge-1", StepKind.PROMPT, Audience.PARTICIPANT)
    # one more halfway between two that are a fortnight apart, with the number 0
    assert often.keys() - usual.dated().keys() == {
        as_added(first),
        as_added(first._replace(step="nudge-15")),
    }
    assert {one.local_date.weekday() for one in thursdays.values()} == {3}


def as_added(item: reckoning.Item) -> reckoning.Item:
    """The same as one that was added."""
    return item._replace(n=0)


def test_what_is_left_out_says_since_when_and_why() -> None:
    dates = anchored(TRAINING, TRAINING - 21 * DAY, BERLIN)
    stands = course(dates.was[Q].local_date)

    found = wanted(snapshot(follow_up(1, stands)), dates)[1, 1]

    assert (found.state, found.state_reason) == (TouchpointState.CANCELLED, CAUSE.passed)
    assert found.settled_at == NOW


@pytest.mark.parametrize(
    ("was", "reason", "becomes"),
    [
        pytest.param(CheckInState.CANCELLED, "left out", CheckInState.UNPLACED, id="looked for anew"),
        pytest.param(CheckInState.HELD, None, CheckInState.HELD, id="it took place"),
        pytest.param(None, None, None, id="none"),
    ],
)
def test_only_a_cancelled_meeting_is_looked_for_anew_where_leave_is_over(
    was: CheckInState | None, reason: str | None, becomes: CheckInState | None
) -> None:
    there = reckoned(TRAINING)
    leave = Leave(first=date(2026, 3, 17), last=date(2026, 4, 2))
    away = replace(there, week=WorkingTime(pattern=WEEK, leave=(leave,)))
    dates = reckoning.anchored(away, there)
    item = reckoning.Item("check_in", StepKind.CHECK_IN, Audience.PARTICIPANT)
    excused = replace(
        course(dates.was[item].local_date, TouchpointState.EXCUSED),
        state_reason=dates.was[item].excused,
        meeting=Meeting(state=was, reason=reason) if was else None,
    )

    found = wanted(snapshot(follow_up(1, excused, StepKind.CHECK_IN)), dates)[3, 1]

    assert (found.state, found.settled_at) == (TouchpointState.PLANNED, None)
    assert found.meeting == (Meeting(state=becomes) if becomes else None)


def replanned(plan: Snapshot, found: Changes) -> list[Replanned]:
    items = {(9, 1): reckoning.Item("new", StepKind.PROMPT, Audience.PARTICIPANT)}
    return [Replanned(plan=standing(plan), changes=found, new=items)]


def test_the_mark_is_that_of_exactly_these_changes_whenever_they_are_worked_out() -> None:
    plan = snapshot(follow_up(1, course()), follow_up(2, course(), StepKind.PROMPT))
    later, gone = {(1, 1): course(date(2026, 3, 19))}, dict[Key, Course]()

    def mark(wanted: dict[Key, Course], *, now: datetime = NOW, about: str = "1", of: Snapshot = plan) -> str:
        found = replanning.replan(dict(of.courses), wanted, because=CAUSE.because, now=now)
        return replanning.mark(replanned(of, found), about=about)

    assert len(mark(later)) == 24
    assert mark(gone) == mark(gone, now=NOW + DAY)
    rests = replace(plan, footing=replace(plan.footing, state=PlanState.PAUSED))
    others = {mark(gone), mark(later, about="2"), mark(later, of=rests), mark(later)}
    assert len(others) == 4


def test_the_kind_of_what_is_there_and_of_what_is_new() -> None:
    plan = snapshot(follow_up(1, course()))
    (one,) = replanned(plan, replan(dict(plan.courses), {}))

    assert (one.kind((1, 1)), one.kind((9, 1))) == (StepKind.REFLECTION, StepKind.PROMPT)


BY_HAND = datetime(2026, 3, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days_on", "meeting", "becomes"),
    [
        pytest.param(0, None, TouchpointState.EXCUSED, id="where the programme has it"),
        pytest.param(20, None, TouchpointState.PLANNED, id="moved by hand, until after the leave"),
        pytest.param(0, placed(BY_HAND), TouchpointState.PLANNED, id="with a time two people agreed upon"),
    ],
)
def test_leave_excuses_what_stands_where_the_programme_has_it(
    days_on: int, meeting: Meeting | None, becomes: TouchpointState
) -> None:
    was = reckoned(date(2026, 3, 16))
    leave = Leave(first=date(2026, 3, 17), last=date(2026, 4, 2))
    away = replace(was, week=WorkingTime(pattern=WEEK, leave=(leave,)))
    dates = reckoning.anchored(was, away)
    assert dates.becomes[Q].excused is not None
    stands = course(dates.was[Q].local_date + days_on * DAY, meeting=meeting)

    found = wanted(snapshot(follow_up(1, stands)), dates, Cause(because="leave"))[1, 1]

    assert found.state is becomes
    assert found.meeting == meeting
