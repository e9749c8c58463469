"""Says why a meeting that stands no longer fits: hours change, and leave comes, after an invitation has left."""

from coachfollow.rules import slots_time
from coachfollow.rules.slots_values import Meeting
from coachfollow.rules.worktime import Hours

NOT_OFFERED = "it lies outside the hours you offer"
NOT_WORKED = "they do not work at that time"


def why(meeting: Meeting, *, coach: tuple[Hours | None, str], person: tuple[Hours, str]) -> str | None:
    """Why it does not fit the hours of coach and participant, each with their zone; nothing if it does."""
    hours, zone = coach
    if hours is None or not _lies_in(meeting, hours, zone):
        return NOT_OFFERED
    return None if _lies_in(meeting, *person) else NOT_WORKED


def _lies_in(meeting: Meeting, hours: Hours, zone: str) -> bool:
    start, end = slots_time.minute(meeting.starts_at), slots_time.minute(meeting.ends_at)
    worked = slots_time.worked(hours, zone, earliest=meeting.starts_at, latest=meeting.ends_at)
    return any(one.start <= start and end <= one.end for one in worked)
