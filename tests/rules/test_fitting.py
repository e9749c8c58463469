"""What is planned for days off moves within the time it may be open, else it is excused; nothing else moves."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachfollow.errors import Conflict
from coachfollow.rules import decisions, redating, snapshots
from coachfollow.rules.absences import Leave
from coachfollow.rules.changes import Change, Course
from coachfollow.rules.kinds import Audience, CheckInState, StepKind, TouchpointState
from coachfollow.rules.levers import Fit
from coachfollow.rules.snapshots import FollowUp, Snapshot
from coachfollow.rules.worktime import WorkingTime
from tests.rules.plans_by_hand import DAY, NOW, WEEK, course, follow_up, placed, snapshot
from tests.rules.plans_by_hand import snapshots as any_plan

BERLIN = "Europe/Berlin"
FIRST, LAST = date(2026, 3, 16), date(2026, 3, 20)


def away(*follow_ups: FollowUp, first: date = FIRST, last: date = LAST, **noon: bool) -> Snapshot:
    """A plan of somebody on leave from Monday to Friday of next week."""
    leave = (Leave(first=first, last=last, **noon),)
    return replace(snapshot(*follow_ups), week=WorkingTime(pattern=WEEK, leave=leave))


def fit(plan: Snapshot) -> Change:
    return decisions.decide(plan, Fit(), now=NOW)


def after(plan: Snapshot) -> list[Course]:
    return [edit.after for edit in fit(plan).edits]


def test_what_falls_into_leave_comes_on_the_first_day_back() -> None:
    (moved,) = after(away(follow_up(1, course(date(2026, 3, 17))), follow_up(2, course(date(2026, 3, 25)))))
    assert moved.dates.day == date(2026, 3, 23)
    assert moved.why == (
        "14 days after the training, moved from Tue 17 to Mon 23 March: away until 20 March, weekend"
    )


def test_what_comes_on_the_first_day_back_comes_no_sooner_than_what_leave_moved_there() -> None:
    late = redating.moved(
        course(date(2026, 3, 17)).dates, day=date(2026, 3, 17), at=time(16), week=WEEK, zone=BERLIN
    )
    asked = follow_up(1, replace(course(), dates=late))
    recalled = follow_up(2, course(date(2026, 3, 23)), StepKind.PROMPT)
    card = follow_up(3, course(date(2026, 3, 23)), StepKind.SPONSOR, audience=Audience.MANAGER)

    question, prompt = after(away(asked, recalled, card))

    assert question.dates.day == prompt.dates.day == date(2026, 3, 23)
    assert question.dates.due_at == prompt.dates.due_at
    assert prompt.dates.at == time(16)


def test_a_second_move_takes_the_place_of_the_first() -> None:
    once = snapshots.after(away(follow_up(1, course())), fit(away(follow_up(1, course()))))
    leave = (Leave(first=FIRST, last=date(2026, 3, 24)),)
    (again,) = after(replace(once, week=WorkingTime(pattern=WEEK, leave=leave)))
    assert again.why.count("moved from") == 1
    assert again.dates.day == date(2026, 3, 25)


def test_what_cannot_be_postponed_is_excused() -> None:
    (left_out,) = after(away(follow_up(1, course()), last=date(2026, 4, 17)))
    assert (left_out.state, left_out.state_reason) == (TouchpointState.EXCUSED, "away until 17 April")
    assert (left_out.settled_at, left_out.dates) == (NOW, course().dates)


def test_of_two_of_a_kind_that_would_come_together_only_the_last_comes() -> None:
    first, second = after(away(follow_up(1, course(FIRST)), follow_up(2, course(LAST))))
    assert (first.state, second.state) == (TouchpointState.EXCUSED, TouchpointState.PLANNED)


def test_in_half_a_day_that_is_left_it_comes_at_another_time() -> None:
    (moved,) = after(away(follow_up(1, course(FIRST)), first=date(2026, 3, 13), last=FIRST, until_noon=True))
    assert (moved.dates.day, moved.dates.at.hour, moved.why) == (FIRST, 12, "14 days after the training")


def test_a_meeting_leaves_both_calendars_and_waits_for_a_new_time() -> None:
    stands = course(date(2026, 3, 18))
    meeting = replace(stands, meeting=placed(stands.dates.due_at))
    (moved,) = after(away(follow_up(1, meeting, StepKind.CHECK_IN)))
    assert moved.meeting is not None
    assert (moved.meeting.state, moved.meeting.reason) == (CheckInState.UNPLACED, "away until 20 March")
    (left_out,) = after(away(follow_up(1, meeting, StepKind.CHECK_IN), last=date(2026, 4, 17)))
    assert left_out.meeting is not None
    assert left_out.meeting.state is CheckInState.CANCELLED


@pytest.mark.parametrize("state", set(TouchpointState) - {TouchpointState.PLANNED})
def test_what_was_sent_or_settled_never_moves(state: TouchpointState) -> None:
    with pytest.raises(Conflict, match="lies in working time already"):
        fit(away(follow_up(1, course(state=state))))


@settings(max_examples=60)
@given(any_plan(), st.from_type(WorkingTime))
def test_once_fitted_everything_to_come_is_in_working_time(plan: Snapshot, hours: WorkingTime) -> None:
    plan = replace(plan, week=hours)
    try:
        change = fit(plan)
    except Conflict:
        return
    fitted = snapshots.after(plan, change)
    for edit in change.edits:
        assert edit.before is not None
        assert edit.before.state is TouchpointState.PLANNED
        if edit.after.state is TouchpointState.PLANNED:
            assert hours.on(edit.after.dates.day)
            assert edit.after.dates.due_at > NOW - DAY
            assert edit.after.dates.day - edit.before.dates.day < timedelta(days=60)
    if change.after == change.before:
        with pytest.raises(Conflict):
            fit(fitted)
