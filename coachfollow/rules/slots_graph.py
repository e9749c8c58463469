"""Draws which wanted meeting could have which time of which coach, as arrays: a few steps for millions of pairs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from coachfollow.rules import slots_cost, slots_time
from coachfollow.rules.slots_time import Tile
from coachfollow.rules.slots_values import Meeting, Participant, Problem

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """All times of all coaches, in the order of their beginnings."""

    coach: Ints
    day: Ints
    week: Ints
    start: Ints
    end: Ints
    awkward: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Pairs of a wanted meeting (a row) and a time (a column) that suit, with what each costs; by rows."""

    supply: Supply
    row: Ints
    column: Ints
    cost: Ints


def draw(problem: Problem) -> Graph:
    """Pair everything that is wanted with the times that suit it: in the window, worked by both, free for both."""
    span = _span(problem)
    supply = _supply(problem, span)
    worked: dict[tuple[str, int], Ints] = {}
    groups: dict[tuple[tuple[str, int], tuple[int, ...]], list[int]] = defaultdict(list)
    for number, wanted in enumerate(problem.wanted):
        person = problem.people[wanted.person]
        rhythm = (
            person.zone,
            id(person.week),
        )  # people of one rhythm share its value: equal ones only cost time
        if rhythm not in worked:
            worked[rhythm] = _worked(person, span)
        groups[rhythm, wanted.coaches].append(number)
    parts = [_pairs(problem, supply, rows, worked[group[0]]) for group, rows in groups.items()]
    row, column, cost = (
        np.concatenate([part[n] for part in parts] or [np.empty(0, np.int64)]) for n in range(3)
    )
    order = np.argsort(row, kind="stable")
    row, column, cost = row[order], column[order], cost[order]
    keep = clear(supply, row, column, taken=_taken(problem))
    return Graph(supply=supply, row=row[keep], column=column[keep], cost=cost[keep])


class _Span(TypedDict):
    earliest: datetime
    latest: datetime


def _span(problem: Problem) -> _Span:
    """The first and the last moment that anybody wants."""
    never = datetime.fromtimestamp(0, UTC)
    return {
        "earliest": min((one.earliest for one in problem.wanted), default=never),
        "latest": max((one.latest for one in problem.wanted), default=never - timedelta(days=1)),
    }


def _worked(person: Participant, span: _Span) -> Ints:
    """Somebody's working time: a row for each stretch, in order."""
    worked = slots_time.worked(person.week, person.zone, **span)
    return np.array(sorted(worked, key=lambda one: one.start), np.int64).reshape(-1, 4)


def _supply(problem: Problem, span: _Span) -> Supply:
    """Tile the hours of all coaches."""
    meetings = by(problem.standing, "coach")
    found: list[tuple[int, Tile]] = []
    for coach in problem.coaches.values():
        stands = [(one.starts_at, one.ends_at) for one in meetings[coach.id]]
        found += ((coach.id, tile) for tile in slots_time.tiles(coach, **span, meetings=stands))
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


def by(meetings: Iterable[Meeting], whose: str) -> Mapping[int, Sequence[Meeting]]:
    """Sort meetings by their `coach` or their `person`."""
    found: dict[int, list[Meeting]] = defaultdict(list)
    for one in meetings:
        found[getattr(one, whose)].append(one)
    return found


def _pairs(problem: Problem, supply: Supply, rows: Sequence[int], worked: Ints) -> tuple[Ints, Ints, Ints]:
    """Pair rows that share a rhythm and their coaches: what suits one suits all, but for the window."""
    wanted = [problem.wanted[row] for row in rows]
    chosen = np.flatnonzero(np.isin(supply.coach, wanted[0].coaches))
    suits, awkward = _suiting(worked, supply.start[chosen], supply.end[chosen])
    chosen, awkward = chosen[suits], awkward[suits] + supply.awkward[chosen[suits]]
    first, last, ideal = (
        np.array([slots_time.minute(at) for at in ats], np.int64)
        for ats in ([w.earliest for w in wanted], [w.latest for w in wanted], [w.ideal for w in wanted])
    )
    starts = supply.start[chosen]
    low, high = np.searchsorted(starts, first), np.searchsorted(starts, last)
    count = np.maximum(high - low, 0)
    of = np.repeat(np.arange(len(rows)), count)
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    in_time = supply.end[chosen[place]] <= last[of]
    of, place = of[in_time], place[in_time]
    cost = slots_cost.distance(starts[place], ideal[of]) + awkward[place]
    return np.array(rows, np.int64)[of], chosen[place], cost


def _suiting(worked: Ints, start: Ints, end: Ints) -> tuple[Flags, Ints]:
    """Which times lie in somebody's working time, and what their hours cost them."""
    if not len(worked):
        return np.zeros(len(start), np.bool_), np.zeros(len(start), np.int64)
    at = np.maximum(np.searchsorted(worked[:, 2], start, side="right") - 1, 0)
    begins = worked[at, 1] + start - worked[at, 2]
    return (start >= worked[at, 2]) & (end <= worked[at, 3]), slots_cost.awkward(begins, begins + end - start)


def _taken(problem: Problem) -> Mapping[int, Sequence[tuple[int, int]]]:
    """When the participants are busy, by row; the coaches' busy times are cut out of the supply."""
    standing = by(problem.standing, "person")
    taken = {
        person.id: slots_time.minutes(
            [*person.busy, *((one.starts_at, one.ends_at) for one in standing[person.id])]
        )
        for person in problem.people.values()
        if person.busy or standing[person.id]
    }
    return {row: taken[one.person] for row, one in enumerate(problem.wanted) if one.person in taken}


def clear(
    supply: Supply, row: Ints, column: Ints, *, taken: Mapping[int, Sequence[tuple[int, int]]]
) -> Flags:
    """Which pairs, sorted by rows, touch nothing that is taken in their row."""
    keep = np.ones(len(row), np.bool_)
    rows = np.fromiter(taken, np.int64, len(taken))
    low, high = (np.searchsorted(row, rows, side=side).tolist() for side in ("left", "right"))
    for times, first, last in zip(taken.values(), low, high, strict=True):
        start, end = supply.start[column[first:last]], supply.end[column[first:last]]
        for begins, ends in times:
            keep[first:last] &= (end <= begins) | (start >= ends)
    return keep
