"""What a placement of check-ins is measured by: what a careful hand places, and how many can have a time at all."""

from collections.abc import Mapping

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import maximum_flow

from coachfollow.rules import slots_board, slots_graph, slots_parts
from coachfollow.rules.slots_graph import Graph, Taken
from coachfollow.rules.slots_room import Room
from coachfollow.rules.slots_values import Meeting, Problem


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
