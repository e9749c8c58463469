"""Draws which wanted meeting could have which time of which coach, as arrays: a few steps for millions of pairs."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from coachfollow.rules import slots_cost, slots_time
from coachfollow.rules.slots_time import Tile
from coachfollow.rules.slots_values import Meeting, Participant, Problem, Wanted

Ints = NDArray[np.int64]
Small = NDArray[np.int32]  # what there are millions of
Flags = NDArray[np.bool_]
Minutes = Sequence[tuple[int, int]]

_SHIFT = 1 << 32  # a row and a minute in one number


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """The times of some coaches, in the order of their beginnings."""

    coach: Ints
    day: Ints
    week: Ints
    start: Ints
    end: Ints
    awkward: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Pairs of a wanted meeting (a row) and a time (a column) that suit, with what each costs.

    The pairs lie row by row, each row's in the order of time; row n is `wanted[n]`.
    """

    wanted: Sequence[Wanted]
    supply: Supply
    row: Small
    column: Small
    cost: Small


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What stands of each coach, and the minutes at which each participant can have nothing more."""

    of_coach: Mapping[int, Sequence[Meeting]]
    of_person: defaultdict[int, list[tuple[int, int]]]

    @classmethod
    def of(cls, problem: Problem) -> "Taken":
        """Read what stands and when participants are busy; coaches' busy times are cut out of their hours."""
        of_person = defaultdict[int, list[tuple[int, int]]](list)
        for person in problem.people.values():
            if person.busy:
                of_person[person.id] += slots_time.minutes(person.busy)
        for one in problem.standing:
            of_person[one.person] += slots_time.minutes([(one.starts_at, one.ends_at)])
        return cls(of_coach=by_coach(problem.standing), of_person=of_person)


def by_coach(meetings: Iterable[Meeting]) -> Mapping[int, Sequence[Meeting]]:
    """Sort meetings by their coach."""
    found = defaultdict[int, list[Meeting]](list)
    for one in meetings:
        found[one.coach].append(one)
    return found


def draw(problem: Problem, wanted: Sequence[Wanted], *, taken: Taken) -> Graph:
    """Pair what is wanted with the times that suit: in the window, worked by both, free for both."""
    earliest, latest = min(one.earliest for one in wanted), max(one.latest for one in wanted)
    supply = _supply(problem, wanted, taken.of_coach, earliest=earliest, latest=latest)
    rhythms: dict[tuple[str, int], Ints] = {}
    groups = defaultdict[tuple[tuple[str, int], tuple[int, ...]], list[Wanted]](list)
    for one in wanted:
        person = problem.people[one.person]
        rhythm = (
            person.zone,
            id(person.week),
        )  # people of one rhythm share its value: equal ones only cost time
        if rhythm not in rhythms:
            rhythms[rhythm] = _worked(person, earliest=earliest, latest=latest)
        groups[rhythm, one.coaches].append(one)
    parts, ordered = list[tuple[Small, Small, Small]](), list[Wanted]()
    minute = _remembered(slots_time.minute)
    for (rhythm, _), some in groups.items():
        row, column, cost = _pairs(some, supply, rhythms[rhythm], minute)
        parts.append((row + np.int32(len(ordered)), column, cost))
        ordered += some
    row, column, cost = (np.concatenate([part[n] for part in parts]) for n in range(3))
    keep = _clear(row, supply, column, [taken.of_person.get(one.person, ()) for one in ordered])
    return Graph(wanted=ordered, supply=supply, row=row[keep], column=column[keep], cost=cost[keep])


def _remembered(read: Callable[[datetime], int]) -> Callable[[datetime], int]:
    """Windows begin and end at few moments; each is counted once."""
    known: dict[datetime, int] = {}

    def remembered(moment: datetime) -> int:
        if moment not in known:
            known[moment] = read(moment)
        return known[moment]

    return remembered


def _worked(person: Participant, *, earliest: datetime, latest: datetime) -> Ints:
    """Somebody's working time: a row for each stretch, in order."""
    worked = slots_time.worked(person.week, person.zone, earliest=earliest, latest=latest)
    return np.array(sorted(worked, key=lambda one: one.start), np.int64).reshape(-1, 4)


def _supply(
    problem: Problem,
    wanted: Sequence[Wanted],
    stands: Mapping[int, Sequence[Meeting]],
    *,
    earliest: datetime,
    latest: datetime,
) -> Supply:
    """Tile the hours of the coaches who are asked for."""
    found: list[tuple[int, Tile]] = []
    for number in sorted({coach for coaches in {one.coaches for one in wanted} for coach in coaches}):
        meetings = [(one.starts_at, one.ends_at) for one in stands.get(number, ())]
        tiles = slots_time.tiles(problem.coaches[number], earliest=earliest, latest=latest, meetings=meetings)
        found += ((number, tile) for tile in tiles)
    found.sort(key=lambda pair: (pair[1].start, pair[0]))
    table = np.array([(coach, *tile) for coach, tile in found], np.int64).reshape(-1, 5)
    coach_ids, day, wall, start, end = table.T.copy()
    return Supply(
        coach=coach_ids,
        day=day,
        week=(day - 1) // slots_time.WEEK,
        start=start,
        end=end,
        awkward=slots_cost.awkward(wall, wall + end - start),
    )


def _pairs(
    wanted: Sequence[Wanted], supply: Supply, worked: Ints, minute: Callable[[datetime], int]
) -> tuple[Small, Small, Small]:
    """Pair rows that share a rhythm and their coaches: what suits one suits all, but for the window."""
    chosen = np.flatnonzero(np.isin(supply.coach, wanted[0].coaches))
    suits, awkward = _suiting(worked, supply.start[chosen], supply.end[chosen])
    chosen, awkward = chosen[suits], awkward[suits] + supply.awkward[chosen[suits]]
    first, last, ideal = (
        np.array([minute(at) for at in ats], np.int64)
        for ats in ([w.earliest for w in wanted], [w.latest for w in wanted], [w.ideal for w in wanted])
    )
    starts = supply.start[chosen]
    low, high = np.searchsorted(starts, first), np.searchsorted(starts, last)
    of, place = _ranges(low, high)
    in_time = supply.end[chosen[place]] <= last[of]
    of, place = of[in_time], place[in_time]
    cost = slots_cost.distance(starts[place], ideal[of]) + awkward[place]
    return of.astype(np.int32), chosen[place].astype(np.int32), cost.astype(np.int32)


def _ranges(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """Write out ranges of numbers one after the other: of which range each number is, and the numbers."""
    count = np.maximum(high - low, 0)
    of = np.repeat(np.arange(len(low)), count)
    return of, np.arange(count.sum()) + np.repeat(low + count - np.cumsum(count), count)


def _suiting(worked: Ints, start: Ints, end: Ints) -> tuple[Flags, Ints]:
    """Which times lie in somebody's working time, and what their hours cost them."""
    if not len(worked):
        return np.zeros(len(start), np.bool_), np.zeros(len(start), np.int64)
    at = np.maximum(np.searchsorted(worked[:, 2], start, side="right") - 1, 0)
    begins = worked[at, 1] + start - worked[at, 2]
    return (start >= worked[at, 2]) & (end <= worked[at, 3]), slots_cost.awkward(begins, begins + end - start)


def _clear(row: Small, supply: Supply, column: Small, taken: Sequence[Minutes]) -> Flags:
    """Which pairs touch nothing that is taken in their row."""
    keep = np.ones(len(row), np.bool_)
    table = [(number, *span) for number, spans in enumerate(taken) for span in spans]
    if not len(row) or not table:
        return keep
    rows, begins, ends = np.array(table, np.int64).T
    keys = row.astype(np.int64) * _SHIFT + supply.start[column]
    longest = int((supply.end - supply.start).max())
    low = np.searchsorted(keys, rows * _SHIFT + begins - longest)
    of, near = _ranges(low, np.searchsorted(keys, rows * _SHIFT + ends))
    keep[near[supply.end[column[near]] > begins[of]]] = False
    return keep
