"""Measures how check-ins are placed: four for each of 10,000 participants (at 98 %) over 200 coaches; less at less.

Instances are invented from a seed: overlapping pools of coaches, four zones, leave, limits and gaps, and a hidden
placement of everybody, so that whoever is left without a time is the method's doing.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import maximum_flow

from coachfollow.rules import (
    slots_board,
    slots_engine,
    slots_graph,
    slots_moves,
    slots_parts,
    slots_time,
    worktime,
)
from coachfollow.rules.slots_board import Board
from coachfollow.rules.slots_graph import Graph, Taken
from coachfollow.rules.slots_moves import Others
from coachfollow.rules.slots_room import Room
from coachfollow.rules.slots_time import Tile
from coachfollow.rules.slots_values import Coach, Meeting, Participant, Problem, Wanted
from coachfollow.rules.worktime import WorkingWeek

COACHES, POOLS, ROUNDS = 200, 20, 4
LOADS = (0.60, 0.80, 0.90, 0.95, 0.98)
MORE = 20
ZONES = ("Europe/London", "Europe/Berlin", "Europe/Athens", "America/New_York")
MONDAY = date(2026, 3, 2)
WEEKS_APART = 3
BUSY = 90  # minutes
ALWAYS = worktime.parse_week("mon-sun 00:00-23:59")
WEEKS = [
    worktime.parse_week(text)
    for text in ("mon-fri 08:00-14:00", "mon-fri 09:00-17:30", "mon-fri 12:00-20:00", "tue-sat 10:00-16:00")
]


def invent(*, load: float, seed: int = 1, coaches: int = COACHES, own: bool = False) -> Problem:
    """An instance in which everybody can be placed: people are invented around times that suit them.

    With `own` every plan has its coach already, as it has where lists name coaches.
    """
    chance = random.Random(seed)
    staff = {number: _coach(number, chance) for number in range(coaches)}
    people, wanted = dict[int, Participant](), list[Wanted]()
    for coach in staff.values():
        for hidden in zip(*_seats(coach, load, chance), strict=False):
            person = _participant(len(people), coach, hidden, chance)
            people[person.id] = person
            for number, tile in enumerate(hidden):
                one = _wanted(person.id, number, coach, tile, staff)
                wanted.append(replace(one, coaches=(coach.id,), coach=coach.id) if own else one)
    return Problem(coaches=staff, people=people, wanted=wanted)


def _coach(number: int, chance: random.Random) -> Coach:
    return Coach(
        id=number,
        zone=ZONES[number * POOLS // COACHES % len(ZONES)],
        week=worktime.parse_week(chance.choice(["mon-fri 09:00-17:00", "mon-thu 08:00-12:00,13:00-18:00"])),
        minutes=chance.choice([30, 30, 45]),
        gap=chance.choice([0, 15]),
        a_day=chance.choice([None, 12]),
    )


def _monday(number: int) -> date:
    return MONDAY + timedelta(weeks=WEEKS_APART * number)


def _between(coach: Coach, number: int) -> tuple[datetime, datetime]:
    """The window of a round: Monday to Friday, by the coach's clock."""
    monday = datetime.combine(_monday(number), datetime.min.time())
    return (
        worktime.resolve(monday, coach.zone),
        worktime.resolve(monday + timedelta(days=4, hours=23), coach.zone),
    )


def _seats(coach: Coach, load: float, chance: random.Random) -> list[list[Tile]]:
    """For each round, the times that will be somebody's: as many as the load says, within the limit of a day."""
    rounds = []
    for number in range(ROUNDS):
        earliest, latest = _between(coach, number)
        tiles, days = list(slots_time.tiles(coach, earliest=earliest, latest=latest)), dict[int, int]()
        chance.shuffle(tiles)
        kept = []
        for tile in tiles:
            days[tile.day] = days.get(tile.day, 0) + 1
            if coach.a_day is None or days[tile.day] <= coach.a_day:
                kept.append(tile)
        rounds.append(kept[: round(len(kept) * load)])
    return rounds


def _participant(number: int, coach: Coach, hidden: Sequence[Tile], chance: random.Random) -> Participant:
    """Somebody who works at the hidden times, and is away or busy at some others."""
    zone = chance.choice([coach.zone, coach.zone, *ZONES])
    weeks = [week for week in WEEKS if all(_lies_in(tile, week, zone) for tile in hidden)]
    busy = []
    for tile in hidden:
        start = slots_time.moment(tile.start) + timedelta(hours=chance.randint(-30, 30))
        if abs(slots_time.minute(start) - tile.start) > BUSY:
            busy.append((start, start + timedelta(minutes=BUSY)))
    return Participant(id=number, zone=zone, week=chance.choice(weeks or [ALWAYS]), busy=tuple(busy))


def _lies_in(tile: Tile, week: WorkingWeek, zone: str) -> bool:
    start, end = (worktime.local(slots_time.moment(at), zone) for at in (tile.start, tile.end))
    return any(
        span.start <= start.time() and end.time() <= span.end
        for span in worktime.spans_on(week, start.date())
    )


def _wanted(person: int, number: int, coach: Coach, tile: Tile, staff: Mapping[int, Coach]) -> Wanted:
    """A window of two days around the hidden time; whoever coaches in a pool of theirs may be asked."""
    middle = datetime.combine(date.fromordinal(tile.day), datetime.min.time())
    first = worktime.resolve(middle - timedelta(days=person % 2), coach.zone)
    size = max(1, len(staff) // POOLS)
    pool = coach.id // size * size
    return Wanted(
        id=person * ROUNDS + number,
        plan=person,
        person=person,
        coaches=tuple(one for one in range(pool, pool + size + 2) if one in staff),
        ideal=worktime.resolve(middle + timedelta(days=person % 3 - 1, hours=10), coach.zone),
        earliest=first,
        latest=first + timedelta(days=2),
    )


def greedy(problem: Problem) -> Mapping[int, Meeting]:
    """What a careful hand does: whoever has the fewest times first, each the cheapest that is left."""
    meetings, room, taken = dict[int, Meeting](), Room(problem.coaches), Taken.of(problem)
    for part in slots_parts.parts(problem):
        graph = slots_graph.draw(problem, part, taken=taken)
        _by_hand(graph, meetings, room)
    return meetings


def _by_hand(graph: Graph, meetings: dict[int, Meeting], room: Room) -> None:
    bounds = np.searchsorted(graph.row, np.arange(len(graph.wanted) + 1))
    taken, supply = set[int](), graph.supply
    for row in np.argsort(np.diff(bounds), kind="stable").tolist():
        wanted, pairs = graph.wanted[row], slice(bounds[row], bounds[row + 1])
        for column in graph.column[pairs][np.argsort(graph.cost[pairs], kind="stable")].tolist():
            coach, day = int(supply.coach[column]), int(supply.day[column])
            if column not in taken and room.on(coach, day) != 0:
                taken.add(column)
                start, end = int(supply.start[column]), int(supply.end[column])
                meetings[wanted.id] = slots_board.meeting(wanted, coach, start, end)
                room.count([meetings[wanted.id]])
                break


def most(problem: Problem) -> int:
    """How many can have a time at all: the largest flow from meetings through times and coaches' days."""
    taken, total = Taken.of(problem), 0
    for part in slots_parts.parts(problem):
        total += _flow(problem, slots_graph.draw(problem, part, taken=taken))
    return total


def _flow(problem: Problem, graph: Graph) -> int:
    """A maximum flow (Dinic's), which knows limits as capacities: another way than the one of placing."""
    rows, times = len(graph.wanted), len(graph.supply.start)
    of_day = np.stack((graph.supply.coach, graph.supply.day), axis=1)
    days, day = np.unique(of_day, axis=0, return_inverse=True)
    limits = [problem.coaches[coach].a_day or times for coach in days[:, 0].tolist()]
    wants, holds, sums = 1, 1 + rows, 1 + rows + times  # where each layer begins; 0 is the source
    sink = sums + len(days)
    source = np.concatenate(
        [np.zeros(rows), wants + graph.row, holds + np.arange(times), sums + np.arange(len(days))]
    )
    target = np.concatenate(
        [wants + np.arange(rows), holds + graph.column, sums + day, np.full(len(days), sink)]
    )
    capacity = np.concatenate([np.ones(rows + len(graph.row) + times), limits])
    layers = (capacity.astype(np.int32), (source.astype(np.int32), target.astype(np.int32)))
    network = coo_array(layers, shape=(sink + 1, sink + 1)).tocsr()
    return int(maximum_flow(network, 0, sink).flow_value)


def measure(load: float, *, coaches: int = COACHES, own: bool = False) -> dict[str, object]:
    """Place one instance and by hand; seconds, megabytes, what each way costs for a meeting, and what is possible."""
    problem = invent(load=load, coaches=coaches, own=own)
    start, cpu = time.perf_counter(), time.process_time()
    found = slots_engine.place(problem)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    by_hand, placed = greedy(problem), len(found.meetings)
    cost, least = slots_engine.cost(problem, found.meetings), slots_engine.bound(problem)
    return {
        "load": load,
        "people": len(problem.people),
        "wanted": len(problem.wanted),
        "placed": placed,
        "most": most(problem),
        "placed_by_greedy": len(by_hand),
        "seconds": seconds,
        "cpu_seconds": cpu,
        "peak_mb": peak,
        "cost": cost / placed,
        "cost_of_greedy": slots_engine.cost(problem, by_hand) / len(by_hand),
        "bound": least / placed,
        "gap": (cost - least) / least,
        "changes_of_coach": changes(problem, found.meetings),
        "changes_by_greedy": changes(problem, by_hand),
        "one_more": one_more(problem, found.meetings),
    }


def one_more(problem: Problem, meetings: Mapping[int, Meeting]) -> dict[str, float]:
    """Place twenty more, one after the other, each beside all that stands in its pool and as if it came alone."""
    chance, milliseconds, moved, placed = random.Random(0), list[float](), 0, 0
    by_id = {one.id: one for one in problem.wanted}
    for like in chance.sample(problem.wanted, MORE):
        new = replace(like, id=-1, plan=-1)
        coaches = set(new.coaches)
        near = [one for one in meetings.values() if one.coach in coaches and one.wanted != like.id]
        start = time.process_time()
        standing = [*near, meetings[like.id]] if like.id in meetings else near
        found = slots_moves.fit(
            Board(replace(problem, wanted=[], standing=standing)), new, others=Others(movable=by_id)
        )
        milliseconds.append(1000 * (time.process_time() - start))
        placed += found is not None
        moved += len(found.meetings) - 1 if found else 0
    return {
        "tried": MORE,
        "placed": placed,
        "moved": moved,
        "median_ms": sorted(milliseconds)[MORE // 2],
        "longest_ms": max(milliseconds),
    }


def changes(problem: Problem, meetings: Mapping[int, Meeting]) -> int:
    """How often somebody meets another coach than the time before."""
    by_plan = defaultdict[int, list[int]](list)
    for one in problem.wanted:
        if one.id in meetings:
            by_plan[one.plan].append(meetings[one.id].coach)
    return sum(before != then for coaches in by_plan.values() for before, then in pairwise(coaches))


HEAD = (
    "  load  meetings   placed possible  greedy   cost greedy  bound   gap  changes"
    "   wall s  CPU s    MB   one more: placed, moved, CPU ms (longest)"
)


def say(one: Mapping[str, Any]) -> str:
    """Write one instance as a line below `HEAD`."""
    more = one["one_more"]
    return (
        f"{one['load']:>6.0%} {one['wanted']:>9,} {one['placed']:>8,} {one['most']:>8,} {one['placed_by_greedy']:>7,}"
        f" {one['cost']:>6.1f} {one['cost_of_greedy']:>6.1f} {one['bound']:>6.1f} {one['gap']:>5.0%}"
        f" {one['changes_of_coach']:>8,} {one['seconds']:>8.1f} {one['cpu_seconds']:>6.1f} {one['peak_mb']:>5,.0f}"
        f"   {more['placed']} of {more['tried']}, {more['moved']}, {more['median_ms']:.0f} ({more['longest_ms']:.0f})"
    )


def main() -> None:
    """Measure one load as JSON, or all of them as a table, each in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slots")
    parser.add_argument("load", type=float, nargs="?", help="one share of the times only, as JSON: 0.98")
    parser.add_argument("coaches", type=float, nargs="?", default=COACHES, help="a smaller house")
    parser.add_argument("--own", action="store_true", help="each plan has its coach already")
    given = parser.parse_args()
    if given.load is not None:
        print(json.dumps(measure(given.load, coaches=int(given.coaches), own=given.own)))
        return
    print("Whoever coaches in the pool may be asked; the bound knows no change of coach and no load:")
    _table([])
    print("Each by the coach of their plan, where the bound is the optimum:")
    _table(["--own"])


def _table(options: list[str]) -> None:
    print(HEAD)
    for load in LOADS:
        command = [sys.executable, "-m", "benchmarks.slots", str(load), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        print(say(json.loads(done.stdout)), flush=True)


if __name__ == "__main__":
    main()
