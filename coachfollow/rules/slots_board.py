"""Everybody's hours and the meetings that stand in them, and which times are open for one more."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from coachfollow.rules import slots_cost, slots_time, worktime
from coachfollow.rules.slots_room import Room
from coachfollow.rules.slots_time import QUARTER, Stretch
from coachfollow.rules.slots_values import Coach, Meeting, Problem, Wanted


class Open(NamedTuple):
    """A time that both work and neither has blocked, on the coach's day."""

    coach: int
    day: int
    start: int
    end: int

    def meeting(self, wanted: Wanted) -> Meeting:
        """The meeting that this would be."""
        return meeting(wanted, self.coach, self.start, self.end)


def meeting(wanted: Wanted, coach: int, start: int, end: int) -> Meeting:
    """Give what is wanted a time, in minutes."""
    return Meeting(
        wanted=wanted.id,
        coach=coach,
        person=wanted.person,
        starts_at=slots_time.moment(start),
        ends_at=slots_time.moment(end),
    )


class Board:
    """Meetings come and go; hours stay."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.room = Room(problem.coaches)
        self.of_coach: defaultdict[int, list[Meeting]] = defaultdict(list)
        self.of_person: defaultdict[int, list[Meeting]] = defaultdict(list)
        self.put(problem.standing)

    def put(self, meetings: Iterable[Meeting]) -> None:
        """Let meetings stand."""
        for one in meetings:
            self.room.count([one])
            self.of_coach[one.coach].append(one)
            self.of_person[one.person].append(one)

    def take(self, meetings: Iterable[Meeting]) -> None:
        """Let meetings stand no more."""
        for one in meetings:
            self.room.count([one], by=-1)
            self.of_coach[one.coach].remove(one)
            self.of_person[one.person].remove(one)

    def times(self, wanted: Wanted, *, blocked: bool = True) -> Iterator[Open]:
        """Every quarter of an hour that lies in the hours of both, within the window.

        Without `blocked`, times that a coach or a participant has blocked for themselves count too.
        """
        person = self.problem.people[wanted.person]
        theirs = slots_time.worked(person.week, person.zone, earliest=wanted.earliest, latest=wanted.latest)
        busy = slots_time.minutes(person.busy) if blocked else ()
        free = sorted(slots_time.without(theirs, busy), key=lambda one: one.start)
        for number in wanted.coaches:
            yield from _common(self.problem.coaches[number], free, wanted, blocked=blocked)

    def in_the_way(self, wanted: Wanted, one: Open) -> Sequence[Meeting]:
        """The meetings that would overlap this time, the coach's gap included."""
        gap = self.problem.coaches[one.coach].gap
        return [
            *(
                other
                for other in self.of_coach[one.coach]
                if other.wanted != wanted.id and _touch(other, one, gap=gap)
            ),
            *(
                other
                for other in self.of_person[wanted.person]
                if other.wanted != wanted.id and other.coach != one.coach and _touch(other, one)
            ),
        ]

    def is_full(self, one: Open) -> bool:
        """Whether the coach's limit of that day or week is reached."""
        left = (self.room.on(one.coach, one.day), self.room.within(one.coach, slots_time.week_of(one.day)))
        return 0 in left

    def is_free(self, wanted: Wanted, one: Open) -> bool:
        """Whether it can be booked as things stand."""
        return not self.is_full(one) and not self.in_the_way(wanted, one)

    def takes(self, meeting: Meeting) -> bool:
        """Whether a meeting can stand beside all that stands, within the coach's limits and both's blocked times."""
        coach, person = self.problem.coaches[meeting.coach], self.problem.people[meeting.person]
        start, end = slots_time.minute(meeting.starts_at), slots_time.minute(meeting.ends_at)
        day = slots_time.local_day(meeting.starts_at, coach.zone)
        taken = slots_time.minutes([*coach.busy, *person.busy])
        if self.is_full(Open(coach.id, day, start, end)) or any(start < e and s < end for s, e in taken):
            return False
        others = [*self.of_coach[coach.id], *self.of_person[person.id]]
        gap = timedelta(minutes=coach.gap)
        return not any(
            meeting.starts_at < one.ends_at + gap and one.starts_at < meeting.ends_at + gap for one in others
        )


def _touch(other: Meeting, one: Open, *, gap: int = 0) -> bool:
    start, end = slots_time.minute(other.starts_at), slots_time.minute(other.ends_at)
    return start < one.end + gap and one.start - gap < end


def _common(coach: Coach, free: Sequence[Stretch], wanted: Wanted, *, blocked: bool) -> Iterator[Open]:
    if coach.week is None:
        return
    hours = slots_time.worked(coach.week, coach.zone, earliest=wanted.earliest, latest=wanted.latest)
    busy = slots_time.minutes(coach.busy) if blocked else ()
    first, last = slots_time.minute(wanted.earliest), slots_time.minute(wanted.latest)
    for mine in slots_time.without(hours, busy):
        for theirs in free:
            start, end = max(mine.start, theirs.start, first), min(mine.end, theirs.end, last)
            for at in range(-(-start // QUARTER) * QUARTER, end - coach.minutes + 1, QUARTER):
                yield Open(coach.id, mine.day, at, at + coach.minutes)


def cost(problem: Problem, wanted: Wanted, found: Meeting) -> int:
    """What a time costs those two."""
    clocks = (problem.coaches[found.coach].zone, problem.people[wanted.person].zone)
    away = slots_cost.distance(slots_time.minute(found.starts_at), slots_time.minute(wanted.ideal))
    return away + sum(_awkward(found, zone) for zone in clocks)


def _awkward(found: Meeting, zone: str) -> int:
    begins = worktime.local(found.starts_at, zone)
    minute = begins.hour * 60 + begins.minute
    return slots_cost.awkward(minute, minute + int((found.ends_at - found.starts_at).total_seconds()) // 60)
