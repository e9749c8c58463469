"""Says why a meeting that stands no longer fits: hours, limits and leave change after an invitation has left."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from coachfollow.rules import slots_time, worktime
from coachfollow.rules.absences import NOON, Leave
from coachfollow.rules.slots_room import Room
from coachfollow.rules.slots_values import Coach, Meeting, Taken
from coachfollow.rules.worktime import Hours

NOT_OFFERED = "it lies outside the hours you offer"
NOT_WORKED = "they do not work at that time"
AWAY = "you are away then"


def why(meeting: Meeting, *, coach: tuple[Hours | None, str], person: tuple[Hours, str]) -> str | None:
    """Why it does not fit the hours of coach and participant, each with their zone; nothing if it does."""
    hours, zone = coach
    taken = meeting.starts_at, meeting.ends_at
    if hours is None or not _lies_in(taken, hours.usual, zone):
        return NOT_OFFERED
    if not _lies_in(taken, hours, zone):
        return AWAY
    return None if _lies_in(taken, *person) else NOT_WORKED


def oddities(
    taken: Taken, *, offered: Hours | None, leave: Sequence[Leave], zone: str, person: tuple[Hours, str]
) -> Sequence[str]:
    """What speaks against a time that is chosen by hand; whoever has offered no hours offers all but their leave."""
    found = list[str]()
    if any(_is_during(taken, one, zone) for one in leave):
        found.append(AWAY)
    elif offered is not None and not _lies_in(taken, offered, zone):
        found.append(NOT_OFFERED)
    if not _lies_in(taken, *person):
        found.append(NOT_WORKED)
    return found


def is_during(meeting: Meeting, leave: Leave, *, zone: str) -> bool:
    """Whether a meeting would fall into a leave, which begins and ends by the clock there."""
    return _is_during((meeting.starts_at, meeting.ends_at), leave, zone)


def _is_during(taken: Taken, leave: Leave, zone: str) -> bool:
    starts_at, ends_at = taken
    begins = datetime.combine(leave.first, NOON if leave.from_noon else time())
    ends = datetime.combine(leave.last, NOON) if leave.until_noon else None
    until = worktime.resolve(ends, zone) if ends else worktime.end_of_day(leave.last, zone)
    return worktime.resolve(begins, zone) < ends_at and starts_at < until


def crowded(meetings: Sequence[Meeting], *, coach: Coach) -> Mapping[int, str]:
    """Why some of a coach's meetings are too many or too near, by what was wanted.

    The later gives way to the earlier, and what is to give way crowds out nothing itself.
    """
    room, found, ended = Room({coach.id: coach}), dict[int, str](), None
    for one in sorted(meetings, key=lambda one: one.starts_at):
        if ended is not None and one.starts_at < ended + timedelta(minutes=coach.gap):
            found[one.wanted] = f"it begins less than {coach.gap} minutes after the one before"
        elif said := _too_many(one, room, coach):
            found[one.wanted] = said
        else:
            room.count([one])
            ended = one.ends_at
    return found


def _too_many(meeting: Meeting, room: Room, coach: Coach) -> str | None:
    day = slots_time.local_day(meeting.starts_at, coach.zone)
    if room.on(coach.id, day) == 0:
        return f"you take {coach.a_day} in a day at most, and others come before it"
    if room.within(coach.id, slots_time.week_of(day)) == 0:
        return f"you take {coach.a_week} in a week at most, and others come before it"
    return None


def _lies_in(taken: Taken, hours: Hours, zone: str) -> bool:
    start, end = map(slots_time.minute, taken)
    worked = slots_time.worked(hours, zone, earliest=taken[0], latest=taken[1])
    return any(one.start <= start and end <= one.end for one in worked)
