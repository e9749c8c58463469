"""Measures how check-ins are placed: four for each of 10,000 participants over 200 coaches, at several loads.

Instances are invented from a seed: overlapping pools of coaches, four zones, leave, limits and gaps, and a hidden
placement of everybody, so that whoever is left without a time is the method's doing.
"""

import json
import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np

from coachfollow.rules import slots_board, slots_engine, slots_graph, slots_time, worktime
from coachfollow.rules.slots_room import Room
from coachfollow.rules.slots_time import Tile
from coachfollow.rules.slots_values import Coach, Meeting, Participant, Problem, Wanted
from coachfollow.rules.worktime import WorkingWeek

COACHES, POOLS, ROUNDS = 200, 20, 4
ZONES = ("Europe/London", "Europe/Berlin", "Europe/Athens", "America/New_York")
MONDAY = date(2026, 3, 2)
WEEKS_APART = 3
BUSY = 90  # minutes
ALWAYS = worktime.parse_week("mon-sun 00:00-23:59")
WEEKS = [
    worktime.parse_week(text)
    for text in ("mon-fri 08:00-14:00", "mon-fri 09:00-17:30", "mon-fri 12:00-20:00", "tue-sat 10:00-16:00")
]


def invent(*, load: float, seed: int = 1, coaches: int = COACHES) -> Problem:
    """An instance in which everybody can be placed: people are invented around times that suit them."""
    chance = random.Random(seed)
    staff = {number: _coach(number, chance) for number in range(coaches)}
    people, wanted = dict[int, Participant](), list[Wanted]()
    for coach in staff.values():
        for hidden in zip(*_seats(coach, load, chance), strict=False):
            person = _participant(len(people), coach, hidden, chance)
            people[person.id] = person
            wanted += (_wanted(person.id, number, coach, tile, staff) for number, tile in enumerate(hidden))
    return Problem(coaches=staff, people=people, wanted=wanted)


def _coach(number: int, chance: random.Random) -> Coach:
    return Coach(
        id=number,
        zone=ZONES[number * POOLS // COACHES % len(ZONES)],
        week=worktime.parse_week(chance.choice(["mon-fri 09:00-17:00", "mon-thu 08:00-12:00,13:00-17:00"])),
        minutes=chance.choice([30, 45]),
        gap=chance.choice([0, 15]),
        a_day=chance.choice([None, 10]),
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
    graph = slots_graph.draw(problem)
    bounds = np.searchsorted(graph.row, np.arange(len(problem.wanted) + 1))
    taken, meetings = set[int](), dict[int, Meeting]()
    room = Room(problem.coaches)
    supply = graph.supply
    for row in np.argsort(np.diff(bounds), kind="stable").tolist():
        wanted = problem.wanted[row]
        pairs = slice(bounds[row], bounds[row + 1])
        columns = graph.column[pairs][np.argsort(graph.cost[pairs], kind="stable")].tolist()
        for column in columns:
            coach, day = int(supply.coach[column]), int(supply.day[column])
            if column not in taken and room.on(coach, day) != 0:
                taken.add(column)
                start, end = int(supply.start[column]), int(supply.end[column])
                meetings[wanted.id] = slots_board.meeting(wanted, coach, start, end)
                room.count([meetings[wanted.id]])
                break
    return meetings


def measure(load: float) -> dict[str, object]:
    """Place one instance three ways; seconds, megabytes, and what each way costs for a meeting."""
    problem = invent(load=load)
    start, cpu = time.perf_counter(), time.process_time()
    found = slots_engine.place(problem)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    by_hand, least = greedy(problem), slots_engine.bound(problem)
    return {
        "load": load,
        "wanted": len(problem.wanted),
        "placed": len(found.meetings),
        "placed_by_greedy": len(by_hand),
        "seconds": seconds,
        "cpu_seconds": cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "cost": slots_engine.cost(problem, found.meetings) / len(found.meetings),
        "cost_of_greedy": slots_engine.cost(problem, by_hand) / len(by_hand),
        "bound": least / len(found.meetings),
        "changes_of_coach": changes(problem, found.meetings),
        "changes_by_greedy": changes(problem, by_hand),
    }


def changes(problem: Problem, meetings: Mapping[int, Meeting]) -> int:
    """How often somebody meets another coach than the time before."""
    by_plan = defaultdict[int, list[int]](list)
    for one in problem.wanted:
        if one.id in meetings:
            by_plan[one.plan].append(meetings[one.id].coach)
    return sum(before != then for coaches in by_plan.values() for before, then in pairwise(coaches))


if __name__ == "__main__":
    print(json.dumps(measure(float(sys.argv[1]))))
