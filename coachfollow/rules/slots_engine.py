"""Places all wanted meetings together: everybody who can be placed is, at the least cost.

Exact: who is placed and what it costs, for all meetings that share a coach's week, with capacities and gaps, on the
times into which each coach's free hours are cut. Not exact: a plan's coach is settled by its first meeting, so
"the same coach" is decided in the order of time; the price of a coach's load is known beforehand, not found; and one
person's two meetings that would overlap are parted afterwards. What found no time is tried at every quarter-hour.
"""

from collections.abc import Mapping

import numpy as np

from coachfollow.rules import slots_board, slots_cost, slots_graph, slots_matching, slots_moves, slots_parts
from coachfollow.rules.slots_board import Board
from coachfollow.rules.slots_graph import Graph, Small, Taken
from coachfollow.rules.slots_room import Room
from coachfollow.rules.slots_values import Meeting, Placement, Problem

LOOKS = 20  # at other meetings of the placement, for one that found no time


def place(problem: Problem, *, looks: int = LOOKS) -> Placement:
    """Find a time for everything that is wanted and can have one; what stands already stays.

    Without `looks` nobody moves aside on the quarter-hours between the times: quicker where very many find none.
    """
    granted, room = _Granted(problem), _room(problem)
    for part in slots_parts.parts(problem):
        graph = slots_graph.draw(problem, part, taken=granted.taken)
        cost = graph.cost + granted.unfaithful(graph) + _load(graph)
        granted.take_in(graph, slots_matching.assign(graph, cost=cost, room=room))
    return _completed(problem, granted, looks=looks)


def bound(problem: Problem) -> int:
    """What meetings on these times cost at least, whoever coaches them and however busy each coach gets."""
    taken, room, total = Taken.of(problem), _room(problem), 0
    for part in slots_parts.parts(problem):
        graph = slots_graph.draw(problem, part, taken=taken)
        total += int(graph.cost[slots_matching.assign(graph, cost=graph.cost, room=room)].sum())
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
        self.meetings: dict[int, Meeting] = {}
        self.coaches = {one.plan: one.coach for one in problem.wanted if one.coach is not None}
        self.taken = Taken.of(problem)

    def unfaithful(self, graph: Graph) -> Small:
        """What it costs to be met by another coach than before."""
        own = np.array([self.coaches.get(one.plan, -1) for one in graph.wanted])
        before, then = own[graph.row], graph.supply.coach[graph.column]
        changed: Small = np.int32(slots_cost.ANOTHER_COACH) * ((before >= 0) & (before != then))
        return changed

    def take_in(self, graph: Graph, pairs: Small) -> None:
        """Give times away, the earliest first; of one person's that overlap, only that."""
        supply, columns = graph.supply, graph.column[pairs]
        order = np.argsort(supply.start[columns], kind="stable")
        rows, columns = graph.row[pairs][order], columns[order]
        times = (supply.coach[columns], supply.start[columns], supply.end[columns])
        for row, coach, start, end in zip(rows.tolist(), *(one.tolist() for one in times), strict=True):
            wanted = graph.wanted[row]
            taken = self.taken.of_person[wanted.person]
            for begins, ends in taken:
                if start < ends and begins < end:
                    break
            else:
                taken.append((start, end))
                self.coaches.setdefault(wanted.plan, coach)
                self.meetings[wanted.id] = slots_board.meeting(wanted, coach, start, end)


def _load(graph: Graph) -> Small:
    """What each pair costs because many want that coach: whoever may have several wants a share of each."""
    coaches, coach_at = np.unique(graph.supply.coach, return_inverse=True)
    wants = np.zeros((len(graph.wanted), len(coaches)), np.bool_)
    wants[graph.row, coach_at[graph.column]] = True
    choices = wants.sum(axis=1)
    if choices.max(initial=0) <= 1:
        return np.zeros(len(graph.row), np.int32)
    row, coach = np.nonzero(wants)
    demand = np.bincount(coach, weights=1 / choices[row], minlength=len(coaches))
    times = np.flatnonzero(np.bincount(graph.column, minlength=len(coach_at)))
    supply = np.bincount(coach_at[times], minlength=len(coaches))
    share = np.minimum(demand / np.maximum(supply, 1), 1)
    price: Small = np.rint(slots_cost.LOAD * share).astype(np.int32)
    return price[coach_at][graph.column]


def _room(problem: Problem) -> Room:
    room = Room(problem.coaches)
    room.count(problem.standing)
    return room


def _completed(problem: Problem, granted: _Granted, *, looks: int) -> Placement:
    """Try what found no time at every quarter of an hour, others of this placement moving aside for it."""
    others = slots_moves.Others(movable={one.id: one for one in problem.wanted})
    meetings = granted.meetings
    left = [one for one in problem.wanted if one.id not in meetings]
    if not left:
        return Placement(meetings=meetings, unplaced=[])
    board = Board(problem)
    board.put(meetings.values())
    for one in left:
        found = slots_moves.fit(board, one, others=others, looks=looks)
        for meeting in found.meetings if found else ():
            if meeting.wanted in meetings:
                board.take([meetings[meeting.wanted]])
            board.put([meeting])
            meetings[meeting.wanted] = meeting
    unplaced = [one.id for one in left if one.id not in meetings]
    return Placement(meetings=meetings, unplaced=unplaced)
