"""Places all wanted meetings together: everybody who can be placed is, at the least cost.

Exact: who is placed and what it costs, for all meetings that share a coach's week, with capacities and gaps, on the
times into which each coach's free hours are cut. Not exact: a plan's coach is settled by its first meeting, so
"the same coach" is decided in the order of time; the price of a coach's load is known beforehand, not found; and one
person's two meetings that would overlap are parted afterwards. What found no time is tried at every quarter-hour.
"""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from coachfollow.rules import slots_board, slots_cost, slots_graph, slots_matching, slots_moves
from coachfollow.rules.slots_board import Board
from coachfollow.rules.slots_graph import Flags, Graph, Ints
from coachfollow.rules.slots_room import Room
from coachfollow.rules.slots_values import Meeting, Placement, Problem

LOOKS = 20  # at other meetings of the placement, for one that found no time


def place(problem: Problem) -> Placement:
    """Find a time for everything that is wanted and can have one; what stands already stays."""
    graph, room = slots_graph.draw(problem), _room(problem)
    granted = _Granted(problem)
    for part in slots_matching.components(graph):
        pairs = part[granted.clear(graph, part)]
        cost = graph.cost[pairs] + granted.unfaithful(graph, pairs) + _load(graph, pairs)
        rows, columns = slots_matching.assign(
            graph.row[pairs], graph.column[pairs], cost, supply=graph.supply, room=room
        )
        granted.take_in(graph, rows, columns)
    return _completed(problem, granted)


def bound(problem: Problem) -> int:
    """What meetings on these times cost at least, whoever coaches them and however busy each coach gets."""
    graph, room = slots_graph.draw(problem), _room(problem)
    width, total = len(graph.supply.start), 0
    for part in slots_matching.components(graph):
        row, column, cost = graph.row[part], graph.column[part], graph.cost[part]
        rows, columns = slots_matching.assign(row, column, cost, supply=graph.supply, room=room)
        keys = row * width + column
        order = np.argsort(keys)
        total += int(cost[order][np.searchsorted(keys[order], rows * width + columns)].sum())
    return total


def cost(problem: Problem, meetings: Mapping[int, Meeting]) -> int:
    """What times cost: far from the ideal one, odd for either, with another coach than before."""
    coaches = {one.plan: one.coach for one in problem.wanted if one.coach is not None}
    total = 0
    for one in sorted(problem.wanted, key=lambda one: one.earliest):
        if found := meetings.get(one.id):
            total += slots_board.cost(problem, one, found)
            total += slots_cost.ANOTHER_COACH * (coaches.setdefault(one.plan, found.coach) != found.coach)
    return total


class _Granted:
    """The times given so far, part after part, and what they mean for the parts to come."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.meetings: dict[int, Meeting] = {}
        self.coaches = {one.plan: one.coach for one in problem.wanted if one.coach is not None}
        self.taken: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)

    def clear(self, graph: Graph, part: Ints) -> Flags:
        """Which pairs do not meet what their people were given in the parts before."""
        wanted, rows = self.problem.wanted, np.unique(graph.row[part]).tolist()
        taken = {row: self.taken[wanted[row].person] for row in rows if wanted[row].person in self.taken}
        return slots_graph.clear(graph.supply, graph.row[part], graph.column[part], taken=taken)

    def unfaithful(self, graph: Graph, pairs: Ints) -> Ints:
        """What it costs to be met by another coach than before."""
        own = np.array([self.coaches.get(one.plan, -1) for one in self.problem.wanted], np.int64)
        before, then = own[graph.row[pairs]], graph.supply.coach[graph.column[pairs]]
        changed: Ints = slots_cost.ANOTHER_COACH * ((before >= 0) & (before != then)).astype(np.int64)
        return changed

    def take_in(self, graph: Graph, rows: Ints, columns: Ints) -> None:
        """Give times away, the earliest first; of one person's that overlap, only that."""
        supply = graph.supply
        order = np.argsort(supply.start[columns], kind="stable")
        rows, columns = rows[order], columns[order]
        times = (supply.coach[columns], supply.start[columns], supply.end[columns])
        for row, coach, start, end in zip(rows.tolist(), *(one.tolist() for one in times), strict=True):
            wanted = self.problem.wanted[row]
            taken = self.taken[wanted.person]
            if not any(start < ends and begins < end for begins, ends in taken):
                taken.append((start, end))
                self.coaches.setdefault(wanted.plan, coach)
                self.meetings[wanted.id] = slots_board.meeting(wanted, coach, start, end)


def _load(graph: Graph, pairs: Ints) -> Ints:
    """What each pair costs because many want that coach: whoever may have several wants a share of each."""
    coach, times = graph.supply.coach[graph.column[pairs]], np.unique(graph.column[pairs])
    coaches, coach_at = np.unique(coach, return_inverse=True)
    rows, row_at = np.unique(graph.row[pairs], return_inverse=True)
    both = np.unique(row_at * len(coaches) + coach_at)
    choices = np.bincount(both // max(len(coaches), 1), minlength=len(rows))
    if len(both) == len(rows):
        return np.zeros(len(pairs), np.int64)
    weights = 1 / choices[both // len(coaches)]
    demand = np.bincount(both % len(coaches), weights=weights, minlength=len(coaches))
    supply = np.bincount(np.searchsorted(coaches, graph.supply.coach[times]), minlength=len(coaches))
    price: Ints = np.rint(slots_cost.LOAD * np.minimum(demand / supply, 1)).astype(np.int64)
    return price[coach_at]


def _room(problem: Problem) -> Room:
    room = Room(problem.coaches)
    room.count(problem.standing)
    return room


def _completed(problem: Problem, granted: _Granted) -> Placement:
    """Try what found no time at every quarter of an hour, others of this placement moving aside for it."""
    wanted = {one.id: one for one in problem.wanted}
    meetings, left = granted.meetings, [one for one in problem.wanted if one.id not in granted.meetings]
    board = Board(problem)
    board.put(meetings.values())
    for one in left:
        found = slots_moves.fit(board, one, movable=wanted, looks=LOOKS)
        for meeting in found.meetings if found else ():
            if meeting.wanted in meetings:
                board.take([meetings[meeting.wanted]])
            board.put([meeting])
            meetings[meeting.wanted] = meeting
    unplaced = [one.id for one in left if one.id not in meetings]
    return Placement(meetings=meetings, unplaced=unplaced)
