"""What is dated anew, case by case: other towns, meetings, answers, leave, what is new and what is gone."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from coachfollow.rules import reckoning, replanning
from coachfollow.rules.absences import Leave
from coachfollow.rules.attending import NOT_THERE
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
from coachfollow.rules.reckoning import Reckoning
from coachfollow.rules.replanning import Cause, Changes, Replanned
from coachfollow.rules.snapshots import Snapshot
from coachfollow.rules.tempo import Tempo
from coachfollow.rules.worktime import WorkingTime
from tests.rules.plans_by_hand import DAY, NOW, WEEK, course, follow_up, placed, snapshot, step
from tests.rules.replans import BERLIN, CAUSE, QUESTION, TOKYO, anchored, reckoned, replan, standing, wanted

TRAINING = date(2026, 3, 16)


def test_in_another_zone_the_day_and_the_hour_stay_and_the_instant_follows() -> None:
    stands = course(date(2026, 3, 24))
    dates = reckoning.anchored(reckoned(TRAINING), reckoned(TRAINING, TOKYO))

    found = wanted(snapshot(follow_up(1, stands)), dates)[1, 1]

    assert (found.dates.day, found.dates.at, found.why) == (stands.dates.day, stands.dates.at, stands.why)
    assert found.dates.due_at == stands.dates.due_at - timedelta(hours=8)
    # Berlin has summer time by then
    assert found.dates.closes_at == stands.dates.closes_at - timedelta(hours=7)


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
    stands = course(dates.was[QUESTION].local_date)

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
    assert dates.becomes[QUESTION].excused is not None
    stands = course(dates.was[QUESTION].local_date + days_on * DAY, meeting=meeting)

    found = wanted(snapshot(follow_up(1, stands)), dates, Cause(because="leave"))[1, 1]

    assert found.state is becomes
    assert found.meeting == meeting
