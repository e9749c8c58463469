"""Compares solvers that SciPy has on the same placing: a week of some coaches without limits."""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment, linprog
from scipy.sparse import coo_array, eye_array, hstack

from benchmarks import slots_invented
from coachfollow.rules import slots_graph, slots_matching, slots_parts
from coachfollow.rules.slots_graph import Graph, Taken
from coachfollow.rules.slots_matching import UNPLACED
from coachfollow.rules.slots_room import Room

LOAD, SIZES = 0.95, (5, 10, 20)  # of the times taken; coaches

Solved = tuple[int, int]
"""How many found a time, and what that costs."""


def week(coaches: int) -> tuple[Graph, Room]:
    """The first week of an instance, without limits, so that it is one assignment and nothing else."""
    problem = slots_invented.invent(load=LOAD, coaches=coaches)
    free = {one.id: replace(one, a_day=None, a_week=None) for one in problem.coaches.values()}
    problem = replace(problem, coaches=free)
    part = slots_parts.parts(problem)[0]
    return slots_graph.draw(problem, part, taken=Taken.of(problem)), Room(free)


def sparse_assignment(graph: Graph, room: Room) -> Solved:
    """What placing uses: `min_weight_full_bipartite_matching`."""
    pairs = slots_matching.assign(graph, cost=graph.cost, room=room)
    return len(pairs), int(graph.cost[pairs].sum())


def dense_assignment(graph: Graph, _: Room) -> Solved:
    """`linear_sum_assignment`: every pair has a cell, also those that do not suit."""
    rows, times = len(graph.wanted), len(graph.supply.start)
    costs = np.full((rows, times + rows), float(UNPLACED))
    costs[graph.row, graph.column] = graph.cost
    row, column = linear_sum_assignment(costs)
    chosen = costs[row, column]
    return _sum(chosen)


def linear_programme(graph: Graph, _: Room) -> Solved:
    """HiGHS by `linprog`: a share for each pair, at most one for each time; the best corner is whole numbers."""
    rows, times, pairs = len(graph.wanted), len(graph.supply.start), len(graph.row)
    number, ones = np.arange(pairs), np.ones(pairs)
    each = coo_array((ones, (graph.row, number)), shape=(rows, pairs))
    within = coo_array((ones, (graph.column, number)), shape=(times, pairs + rows))
    costs = np.concatenate([graph.cost, np.full(rows, 100_000)])  # UNPLACED would be lost in its tolerances
    solved = linprog(
        costs,
        A_ub=within.tocsr(),
        b_ub=np.ones(times),
        A_eq=hstack([each, eye_array(rows)]).tocsr(),
        b_eq=np.ones(rows),
        method="highs",
    )
    return _sum(costs[solved.x > 1 / 2])


def by_hand(graph: Graph, _: Room) -> Solved:
    """Whoever has the fewest times first, each the cheapest that is left."""
    bounds = np.searchsorted(graph.row, np.arange(len(graph.wanted) + 1))
    taken, chosen = set[int](), list[int]()
    for row in np.argsort(np.diff(bounds), kind="stable").tolist():
        pairs = np.arange(bounds[row], bounds[row + 1])
        for pair in pairs[np.argsort(graph.cost[pairs], kind="stable")].tolist():
            if int(graph.column[pair]) not in taken:
                taken.add(int(graph.column[pair]))
                chosen.append(int(graph.cost[pair]))
                break
    return len(chosen), sum(chosen)


def _sum(chosen: NDArray[np.float64]) -> Solved:
    placed = chosen[chosen < 100_000]
    return len(placed), int(placed.sum())


SOLVERS: Mapping[str, Callable[[Graph, Room], Solved]] = {
    "sparse assignment": sparse_assignment,
    "dense assignment": dense_assignment,
    "linear programme": linear_programme,
    "greedy, fewest first": by_hand,
}


def main(sizes: Sequence[int]) -> None:
    """Print a line for each solver at each size."""
    print(
        f"one week at {LOAD:.0%} of the times\n  coaches meetings   pairs  {'solver':<22} placed  cost each  CPU s"
    )
    for coaches in sizes:
        graph, room = week(coaches)
        for name, solve in SOLVERS.items():
            start = time.process_time()
            placed, cost = solve(graph, room)
            seconds = time.process_time() - start
            print(
                f"{coaches:>9} {len(graph.wanted):>8,} {len(graph.row):>7,}  {name:<22} {placed:>6,}"
                f" {cost / placed:>10.2f} {seconds:>6.2f}",
                flush=True,
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.solvers")
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES, help="numbers of coaches")
    main(parser.parse_args().sizes)
