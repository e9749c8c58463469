"""Decides when a coach can say whether a meeting took place, and when a page offers it beside the meeting."""

from datetime import datetime, timedelta

from coachfollow.rules.attention import BOOKED_AHEAD_DAYS
from coachfollow.rules.kinds import TO_COME, CheckInState, StepKind, TouchpointState


def settled(state: TouchpointState, meeting: CheckInState | None) -> str | None:
    """Say why nothing can be said of a meeting any more; None where something can."""
    if meeting not in {None, CheckInState.PLACED, CheckInState.UNPLACED}:
        return "This meeting has been settled already."
    if state not in TO_COME:
        return f"This meeting is {state.value}; nothing can be said of it any more."
    return None


def is_possible(
    kind: StepKind,
    state: TouchpointState,
    meeting: CheckInState | None,
    starts_at: datetime | None,
    *,
    now: datetime,
) -> bool:
    """Whether it is a meeting that has begun, or one that never had a time and may have been a call."""
    is_ahead = meeting is CheckInState.PLACED and starts_at is not None and starts_at > now
    return kind is StepKind.CHECK_IN and state in TO_COME and not is_ahead


def is_offered(
    meeting: CheckInState | None, starts_at: datetime | None, *, due_at: datetime, now: datetime
) -> bool:
    """Whether a meeting to come is so near that it may have taken place: one without a time from two weeks before."""
    if meeting is CheckInState.PLACED and starts_at is not None:
        return starts_at <= now
    return due_at <= now + timedelta(days=BOOKED_AHEAD_DAYS)
