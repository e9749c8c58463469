"""Everybody's hours and the meetings that stand in them, and which times are open for one more."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from coachfollow.rules import slots_cost, slots_time, worktime
from coachfollow.rules.slots_room import Room
from coachfollow.rules.slots_time import QUARTER, Stretch
from coachfollow.rules.slots_values import Coach, Meeting, Problem, Wanted

_DAY = 24 * 60


class Open(NamedTuple):
    """A time that both work and neither has blocked, on the coach's day, and what it costs the two."""

    coach: int
    day: int
    start: int
    end: int
    cost: int

    def meeting(self, wanted: Wanted) -> Meeting:
        """The meeting that this would be."""
        return meeting(wanted, self.coach, self.start, self.end)


class _Held(NamedTuple):
    """A meeting that stands, in minutes, on the coach's day."""

    day: int
    start: int
    end: int
    meeting: Meeting


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
        self._known = dict[Meeting, _Held]()
        self._of_coach = defaultdict[tuple[int, int], list[_Held]](list)  # by the days of UTC that they touch
        self._of_person = defaultdict[int, list[_Held]](list)
        self._on = defaultdict[tuple[int, int], list[Meeting]](list)  # by the coach's day
        self.put(problem.standing)

    def put(self, meetings: Iterable[Meeting]) -> None:
        """Let meetings stand."""
        for held in map(self._held, meetings):
            one = held.meeting
            self.room.use(one.coach, held.day)
            self._on[one.coach, held.day].append(one)
            self._of_person[one.person].append(held)
            for day in _touched(held.start, held.end):
                self._of_coach[one.coach, day].append(held)

    def take(self, meetings: Iterable[Meeting]) -> None:
        """Let meetings stand no more."""
        for held in map(self._held, meetings):
            one = held.meeting
            self.room.use(one.coach, held.day, by=-1)
            self._on[one.coach, held.day].remove(one)
            self._of_person[one.person].remove(held)
            for day in _touched(held.start, held.end):
                self._of_coach[one.coach, day].remove(held)

    def _held(self, one: Meeting) -> _Held:
        if one not in self._known:
            day = slots_time.local_day(one.starts_at, self.problem.coaches[one.coach].zone)
            start, end = slots_time.minute(one.starts_at), slots_time.minute(one.ends_at)
            self._known[one] = _Held(day, start, end, one)
        return self._known[one]

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
        return self._overlapping(one, person=wanted.person, but=wanted.id)

    def _overlapping(self, one: Open, *, person: int, but: int) -> Sequence[Meeting]:
        gap = self.problem.coaches[one.coach].gap
        first, last = one.start - gap, one.end + gap
        found = [
            held.meeting
            for day in _touched(first, last)
            for held in self._of_coach[one.coach, day]
            if held.start < last and first < held.end and held.meeting.wanted != but
        ]
        found += [
            held.meeting
            for held in self._of_person[person]
            if held.start < one.end and one.start < held.end and held.meeting.wanted != but
        ]
        return list(dict.fromkeys(found)) if len(found) > 1 else found  # one over midnight, or of both, once

    def on(self, coach: int, days: Iterable[int]) -> Sequence[Meeting]:
        """The meetings of a coach on these of their days."""
        return [one for day in days for one in self._on[coach, day]]

    def is_full(self, one: Open) -> bool:
        """Whether the coach's limit of that day or week is reached."""
        return self.is_day_full(one) or self.room.within(one.coach, slots_time.week_of(one.day)) == 0

    def is_day_full(self, one: Open) -> bool:
        """Whether the coach's limit of that day is reached."""
        return self.room.on(one.coach, one.day) == 0

    def is_free(self, wanted: Wanted, one: Open) -> bool:
        """Whether it can be booked as things stand."""
        return not self.is_full(one) and not self.in_the_way(wanted, one)

    def takes(self, meeting: Meeting) -> bool:
        """Whether a meeting can stand beside all that stands, within the coach's limits and both's blocked times."""
        coach, person = self.problem.coaches[meeting.coach], self.problem.people[meeting.person]
        held = self._held(meeting)
        taken = slots_time.minutes([*coach.busy, *person.busy])
        if any(start < held.end and held.start < end for start, end in taken):
            return False
        one = Open(coach.id, held.day, held.start, held.end, 0)
        return not self.is_full(one) and not self._overlapping(one, person=person.id, but=meeting.wanted)


def _touched(start: int, end: int) -> range:
    """The days of UTC that a time lies on."""
    return range(start // _DAY, (end - 1) // _DAY + 1)


def _common(coach: Coach, free: Sequence[Stretch], wanted: Wanted, *, blocked: bool) -> Iterator[Open]:
    if coach.week is None:
        return
    hours = slots_time.worked(coach.week, coach.zone, earliest=wanted.earliest, latest=wanted.latest)
    busy = slots_time.minutes(coach.busy) if blocked else ()
    first, last, ideal = map(slots_time.minute, (wanted.earliest, wanted.latest, wanted.ideal))
    for mine in slots_time.without(hours, busy):
        for theirs in free:
            start, end = max(mine.start, theirs.start, first), min(mine.end, theirs.end, last)
            for at in range(-(-start // QUARTER) * QUARTER, end - coach.minutes + 1, QUARTER):
                cost = slots_cost.distance(at, ideal)
                for wall in (mine.wall + at - mine.start, theirs.wall + at - theirs.start):
                    cost += slots_cost.awkward(wall, wall + coach.minutes)
                yield Open(coach.id, mine.day, at, at + coach.minutes, cost)


def cost(problem: Problem, wanted: Wanted, found: Meeting) -> int:
    """What a time costs those two."""
    clocks = (problem.coaches[found.coach].zone, problem.people[wanted.person].zone)
    away = slots_cost.distance(slots_time.minute(found.starts_at), slots_time.minute(wanted.ideal))
    return away + sum(_awkward(found, zone) for zone in clocks)


def _awkward(found: Meeting, zone: str) -> int:
    begins = worktime.local(found.starts_at, zone)
    minute = begins.hour * 60 + begins.minute
    return slots_cost.awkward(minute, minute + int((found.ends_at - found.starts_at).total_seconds()) // 60)
