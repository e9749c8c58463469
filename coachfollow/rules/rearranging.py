"""Until when a participant may choose another time for their meeting, and why not any more."""

from datetime import datetime, timedelta

from coachfollow.rules.kinds import TO_COME, CheckInState, TouchpointState

NEAR = timedelta(hours=2)  # so near nobody is sure to read it in time
BY_PARTICIPANT = "the participant chose this time"

OVER = "This meeting is not to come any more."
NO_TIME = "This meeting has no time yet."
BEGUN = "This meeting has begun, or is over."
TOO_NEAR = "This meeting begins within two hours, so it cannot be moved here any more."


def refused(
    state: TouchpointState, meeting: CheckInState | None, starts_at: datetime | None, *, now: datetime
) -> str | None:
    """Say why another time cannot be chosen; None where it can."""
    if state not in TO_COME or meeting not in {None, CheckInState.UNPLACED, CheckInState.PLACED}:
        return OVER
    if meeting is not CheckInState.PLACED or starts_at is None:
        return NO_TIME
    if starts_at <= now:
        return BEGUN
    return TOO_NEAR if starts_at < now + NEAR else None
