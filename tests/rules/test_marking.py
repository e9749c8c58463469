"""A coach says of a meeting whether it took place once it has begun, or where it may have been a call."""

from datetime import UTC, datetime, timedelta

import pytest

from coachfollow.rules import marking
from coachfollow.rules.kinds import CheckInState, StepKind, TouchpointState

NOW = datetime(2026, 3, 17, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLACED, UNPLACED, HELD = CheckInState.PLACED, CheckInState.UNPLACED, CheckInState.HELD


@pytest.mark.parametrize(
    ("kind", "state", "meeting", "starts_at", "may"),
    [
        (StepKind.CHECK_IN, TouchpointState.PLANNED, PLACED, NOW, True),
        (StepKind.CHECK_IN, TouchpointState.OPEN, PLACED, NOW - HOUR, True),
        (StepKind.CHECK_IN, TouchpointState.PLANNED, PLACED, NOW + HOUR, False),
        (StepKind.CHECK_IN, TouchpointState.PLANNED, UNPLACED, None, True),
        (StepKind.CHECK_IN, TouchpointState.OPEN, None, None, True),
        (StepKind.CHECK_IN, TouchpointState.COMPLETED, HELD, NOW - HOUR, False),
        (StepKind.REFLECTION, TouchpointState.OPEN, None, None, False),
    ],
)
def test_what_has_begun_or_has_no_time_can_be_marked(
    kind: StepKind,
    state: TouchpointState,
    meeting: CheckInState | None,
    starts_at: datetime | None,
    *,
    may: bool,
) -> None:
    assert marking.is_possible(kind, state, meeting, starts_at, now=NOW) is may


@pytest.mark.parametrize(
    ("meeting", "starts_at", "due_at", "offered"),
    [
        (PLACED, NOW, NOW - DAY, True),
        (PLACED, NOW + HOUR, NOW - DAY, False),
        (UNPLACED, None, NOW + 14 * DAY, True),
        (None, None, NOW + 14 * DAY + HOUR, False),
    ],
)
def test_a_page_offers_it_where_the_meeting_may_have_taken_place(
    meeting: CheckInState | None,
    starts_at: datetime | None,
    due_at: datetime,
    *,
    offered: bool,
) -> None:
    assert marking.is_offered(meeting, starts_at, due_at=due_at, now=NOW) is offered
