"""What counts as having been there: minutes in a meeting, a state per session, k of n sessions."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from coachfollow.rules import spoken
from coachfollow.rules.kinds import AttendanceState

NOT_THERE = "the training was not attended"


def minutes(
    intervals: Iterable[tuple[datetime, datetime]], *, within: tuple[datetime, datetime] | None = None
) -> int:
    """Whole minutes of presence, within the meeting: re-joins add up, overlaps (two devices) count once."""
    total = timedelta()
    reached: datetime | None = None
    for joined, left in sorted(intervals):
        start, end = (max(joined, within[0]), min(left, within[1])) if within else (joined, left)
        start = start if reached is None else max(start, reached)
        if end > start:
            total += end - start
            reached = end
    return total // timedelta(minutes=1)


def session_state(minutes: int, *, threshold: int) -> AttendanceState:
    """Whether so many minutes make a session; a threshold of 0 means that being on the list is enough."""
    if minutes >= threshold:
        return AttendanceState.PRESENT
    return AttendanceState.PARTIAL if minutes > 0 else AttendanceState.ABSENT


def other_day(reported: date, held: date) -> str:
    """Say that a report is of another day than its session; times are local, so a day more or less is the same."""
    if abs(reported - held) <= timedelta(days=1):
        return ""
    of, on = (spoken.day(day, spoken.OURS) for day in (reported, held))
    return f"This report is of {of}; the session is on {on}."


def too_soon(held: date, *, today: date) -> str:
    """Say that a list of who was there is of a session still to come; nothing where it is not."""
    if held <= today:
        return ""
    return (
        f"The session of {spoken.day(held, spoken.OURS)} is still to come, and follow-ups begin as soon as a list"
        " says who was there. If these people are invited, bring the list in as one of who is invited."
    )


def missing_list(days: Sequence[date], *, has_begun: bool) -> str:
    """Say that the attendance lists of these days have not come, and what waits for them."""
    said = " and ".join(spoken.day(day, spoken.OURS) for day in days)
    lists = f"list of {said} is" if len(days) == 1 else f"lists of {said} are"
    return f"The attendance {lists} missing{'' if has_begun else ': nobody’s follow-up has begun'}."


def attended(states: Sequence[AttendanceState], *, needed: int) -> bool | None:
    """Whether these sessions, one state each, make `needed` of n; None while it can still go either way.

    A partial session does not count. An excused one never counts against the person: where too few others
    are left, all of those are enough, but at least one.
    """
    present = states.count(AttendanceState.PRESENT)
    ahead = states.count(AttendanceState.INVITED)
    expected = len(states) - states.count(AttendanceState.EXCUSED)
    enough = max(1, min(needed, expected))
    if present >= enough:
        return True
    return None if present + ahead >= enough or not states else False
