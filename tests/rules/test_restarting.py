"""Starting again what was stopped: what is still to come comes on its days, what came due meanwhile never does."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from coachfollow.errors import Conflict
from coachfollow.rules import decisions, snapshots, worktime
from coachfollow.rules.changes import Change
from coachfollow.rules.kinds import CheckInState, PlanState, StepKind, StopReason, TouchpointState
from coachfollow.rules.levers import Pause, Restart, Stop
from coachfollow.rules.snapshots import Snapshot
from tests.rules.plans_by_hand import DAY, NOW, course, follow_up, placed, snapshot

OPEN, PLANNED, CANCELLED = TouchpointState.OPEN, TouchpointState.PLANNED, TouchpointState.CANCELLED


def stopped(plan: Snapshot, reason: StopReason = StopReason.ASKED) -> tuple[Snapshot, Change]:
    """The plan after it was stopped, and the stop."""
    stop = decisions.decide(plan, Stop(reason=reason), now=NOW)
    return snapshots.after(plan, stop), stop


def test_what_is_still_to_come_comes_on_its_days_and_what_came_due_meanwhile_does_not() -> None:
    soon, later = follow_up(1, course(date(2026, 3, 12))), follow_up(2, course(date(2026, 3, 24)))
    plan, stop = stopped(snapshot(soon, later))

    change = decisions.decide(plan, Restart(stop=stop), now=NOW + 7 * DAY)

    assert (change.before, change.after.state) == (plan.footing, PlanState.ACTIVE)
    assert [edit.key for edit in change.edits] == [later.key]
    assert change.edits[0].after == later.course


def test_a_question_that_was_open_is_asked_again_while_it_would_be_open_still() -> None:
    asked = follow_up(1, course(date(2026, 3, 10), OPEN))  # closes on the 17th
    coming = follow_up(2, course(date(2026, 3, 30)))
    plan, stop = stopped(snapshot(asked, coming))

    after_a_day = decisions.decide(plan, Restart(stop=stop), now=NOW + DAY)
    after_weeks = decisions.decide(plan, Restart(stop=stop), now=NOW + 14 * DAY)

    again = next(edit.after for edit in after_a_day.edits if edit.key == asked.key)
    assert (again.state, again.dates.day) == (PLANNED, date(2026, 3, 12))
    assert [edit.key for edit in after_weeks.edits] == [coming.key]


def test_meetings_are_looked_for_anew_and_one_that_had_begun_can_still_be_marked() -> None:
    begun = follow_up(1, course(date(2026, 3, 10), OPEN, meeting=placed(NOW - DAY)), StepKind.CHECK_IN)
    coming = follow_up(2, course(date(2026, 3, 24), meeting=placed(NOW + 13 * DAY)), StepKind.CHECK_IN)
    plan, stop = stopped(snapshot(begun, coming))

    change = decisions.decide(plan, Restart(stop=stop), now=NOW + 10 * DAY)

    was, again = (edit.after for edit in change.edits)
    assert was.meeting == begun.course.meeting
    assert was.dates.closes_at > NOW + 10 * DAY
    assert again.meeting is not None
    assert (again.meeting.state, again.meeting.starts_at) == (CheckInState.UNPLACED, None)


def test_what_was_stopped_in_a_pause_comes_later_by_the_days_that_were_paused() -> None:
    plan = snapshot(follow_up(1, course(date(2026, 3, 24))))
    paused = decisions.decide(plan, Pause(until=date(2026, 4, 20)), now=NOW - 7 * DAY)
    resting, stop = stopped(snapshots.after(plan, paused))

    change = decisions.decide(resting, Restart(stop=stop), now=NOW + DAY)

    assert change.edits[0].after.dates.day == date(2026, 3, 31)


def test_what_comes_again_lies_in_working_time_where_its_person_lives_now() -> None:
    plan, stop = stopped(snapshot(follow_up(1, course(date(2026, 3, 24)))))
    week = worktime.parse_week("wed-fri 09:00-17:00")

    change = decisions.decide(
        replace(plan, zone="America/New_York", week=week), Restart(stop=stop), now=NOW + DAY
    )

    again = change.edits[0].after
    assert again.dates.day == date(2026, 3, 25)
    assert "moved from Tue 24 to Wed 25 March" in again.why
    assert worktime.local(again.dates.due_at, "America/New_York").time() == again.dates.at


@pytest.mark.parametrize("reason", [StopReason.ABSENT, StopReason.ERASED, StopReason.ENDED, StopReason.LEFT])
def test_whoever_was_absent_erased_or_left_has_nothing_to_come_back_to(reason: StopReason) -> None:
    plan, stop = stopped(snapshot(follow_up(1, course())), reason)

    with pytest.raises(Conflict, match="stopped by hand"):
        decisions.decide(plan, Restart(stop=stop), now=NOW + timedelta(hours=1))


def test_there_is_nothing_to_start_again_once_everything_has_passed() -> None:
    plan, stop = stopped(snapshot(follow_up(1, course(date(2026, 3, 12)))))

    with pytest.raises(Conflict, match="still to come"):
        decisions.decide(plan, Restart(stop=stop), now=NOW + 30 * DAY)


def test_a_stop_that_was_not_the_last_word_starts_nothing() -> None:
    plan, stop = stopped(snapshot(follow_up(1, course())))
    later = replace(plan, footing=replace(plan.footing, state_at=NOW + DAY))

    with pytest.raises(Conflict):
        decisions.decide(later, Restart(stop=stop), now=NOW + 2 * DAY)
    assert plan.follow_ups[0].course.state is CANCELLED
