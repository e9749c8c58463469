"""Measures how check-ins are placed: four for each of 10,000 people (at 98 %) over 200 coaches; less at less."""

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from benchmarks import slots_invented, slots_yardsticks
from benchmarks.slots_invented import COACHES
from coachfollow.rules import slots_engine, slots_moves
from coachfollow.rules.slots_board import Board
from coachfollow.rules.slots_moves import Others
from coachfollow.rules.slots_values import Meeting, Problem

LOADS = (0.60, 0.80, 0.90, 0.95, 0.98)
MORE = 20


def measure(load: float, *, coaches: int = COACHES, own: bool = False) -> dict[str, object]:
    """Place one instance and by hand; seconds, megabytes, what each way costs for a meeting, and what is possible."""
    problem = slots_invented.invent(load=load, coaches=coaches, own=own)
    start, cpu = time.perf_counter(), time.process_time()
    found = slots_engine.place(problem)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    by_hand, placed = slots_yardsticks.greedy(problem), len(found.meetings)
    cost, least = slots_engine.cost(problem, found.meetings), slots_engine.bound(problem)
    return {
        "load": load,
        "people": len(problem.people),
        "wanted": len(problem.wanted),
        "placed": placed,
        "most": slots_yardsticks.most(problem),
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
