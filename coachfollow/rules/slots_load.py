"""Sees early whether coaches can hold the meetings that will be wanted: their weeks against their hours and limits.

It knows days only, not when participants work, so a time for each it does not promise: what does not fit here fits
nowhere, and that is told before anybody is asked to a meeting.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from coachfollow.rules import slots_time, worktime
from coachfollow.rules.days import monday
from coachfollow.rules.slots_values import Coach, Meeting

_REST = timedelta(days=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week of some coaches: the meetings whose day lies in it, and how many it holds."""

    monday: date
    wanted: int
    room: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Weeks in which meetings are wanted, and how many of all find no day in any week that would do."""

    weeks: Sequence[Week]
    homeless: int

    @property
    def fullest(self) -> Week | None:
        """The week that lacks most room; None where no week lacks any."""
        found = max(self.weeks, key=lambda one: (one.wanted - one.room, one.monday), default=None)
        return found if found and found.wanted > found.room else None


def load(
    wanted: Mapping[int, Sequence[tuple[date, date]]],
    *,
    coaches: Iterable[Coach],
    standing: Sequence[Meeting] = (),
) -> Load:
    """Weigh what each coach is wanted for (the first and last day of each meeting) against what they can hold."""
    all_days = [day for some in wanted.values() for first, last in some for day in (first, last)]
    if not all_days:
        return Load(weeks=(), homeless=0)
    first, last = monday(min(all_days)), max(all_days)
    by_week, room, homeless = Counter[date](), Counter[date](), 0
    for coach, days in each(coaches, first=first, last=last + _REST, standing=standing):
        some = wanted.get(coach.id, ())
        by_week.update(monday(day) for day, _ in some)
        homeless += days.homeless(some)
        for week in _mondays(first, last):
            room[week] += days.within(week)
    weeks = [Week(monday=week, wanted=by_week[week], room=room[week]) for week in sorted(by_week)]
    return Load(weeks=weeks, homeless=homeless)


def each(
    coaches: Iterable[Coach], *, first: date, last: date, standing: Sequence[Meeting]
) -> Iterator[tuple[Coach, "Days"]]:
    """Give the days of each coach; those who are alike and hold nothing yet share them."""
    held = defaultdict[int, list[Meeting]](list)
    for one in standing:
        held[one.coach].append(one)
    alike: dict[Coach, Days] = {}
    for coach in coaches:
        kind = replace(coach, id=0)
        if coach.id in held:
            yield coach, Days(coach, first=first, last=last, standing=held[coach.id])
        else:
            if kind not in alike:
                alike[kind] = Days(coach, first=first, last=last)
            yield coach, alike[kind]


class Days:
    """How many meetings each of a coach's days holds beside what stands, within hours and limits."""

    def __init__(self, coach: Coach, *, first: date, last: date, standing: Sequence[Meeting] = ()) -> None:
        earliest = worktime.resolve(datetime.combine(first, time()), coach.zone)
        latest = worktime.end_of_day(last, coach.zone)
        taken = [(one.starts_at, one.ends_at) for one in standing]
        stands = Counter(slots_time.local_day(one.starts_at, coach.zone) for one in standing)
        times = Counter(
            tile.day for tile in slots_time.tiles(coach, earliest=earliest, latest=latest, meetings=taken)
        )
        self.most = {
            day: times[day] if coach.a_day is None else min(times[day], max(0, coach.a_day - stands[day]))
            for day in times
        }
        weeks = Counter[int]()
        for day, n in stands.items():
            weeks[slots_time.week_of(day)] += n
        self.a_week, self.stands = coach.a_week, weeks

    def within(self, week: date) -> int:
        """How many meetings the week that begins with this Monday holds."""
        first = week.toordinal()
        free = sum(self.most.get(day, 0) for day in range(first, first + slots_time.WEEK))
        return min(free, self.left(slots_time.week_of(first)))

    def left(self, week: int) -> int:
        """How many more the limit of a week allows."""
        return slots_time.WEEK * 24 * 60 if self.a_week is None else max(0, self.a_week - self.stands[week])

    def homeless(self, wanted: Iterable[tuple[date, date]]) -> int:
        """How many of these find no day, each given the first it can have, the most urgent first."""
        coming = sorted((first.toordinal(), last.toordinal()) for first, last in wanted)
        waiting: list[int] = []
        held, at, used = 0, 0, Counter[int]()
        for day in sorted(self.most):
            while at < len(coming) and coming[at][0] <= day:
                heapq.heappush(waiting, coming[at][1])
                at += 1
            while waiting and waiting[0] < day:
                heapq.heappop(waiting)
            week = slots_time.week_of(day)
            fits = min(len(waiting), self.most[day], self.left(week) - used[week])
            for _ in range(fits):
                heapq.heappop(waiting)
            used[week] += fits
            held += fits
        return len(coming) - held


def _mondays(first: date, last: date) -> Iterator[date]:
    week = monday(first)
    while week <= last:
        yield week
        week += timedelta(days=7)
