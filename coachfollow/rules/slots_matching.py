"""Gives each row a column of its own at the least cost of all, within what a coach takes in a day and a week.

An assignment, solved exactly by shortest augmenting paths (Jonker and Volgenant). A row that gets no time takes a
private column, so dear that no second row is ever left out for it. What a coach takes in a day is supply: if eight
times stand on a day that holds five meetings, three rows without a wish of their own block three of them, whichever
are best spared; the same again for the week. Days lie within weeks, so these blocks always find room.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from coachfollow.rules import slots_time
from coachfollow.rules.slots_graph import Graph, Ints, Small, Supply
from coachfollow.rules.slots_room import Room

UNPLACED = 10**9  # more than the whole of any way of moving the others could cost; sums stay exact in floats


def assign(graph: Graph, *, cost: Small, room: Room) -> Small:
    """Choose pairs, by their places: as many as can be, and of those ways the one of least cost."""
    if not len(graph.row):
        return np.empty(0, np.int32)
    columns, place = _used(graph)
    blocks = list(_blocks(columns, graph.supply, room))
    rows, pairs = len(graph.wanted), len(graph.row)
    held = np.bincount(graph.row, minlength=rows)
    ends = np.cumsum(held + 1)  # a row's pairs, and its private column
    at = np.arange(pairs) + graph.row
    weights, indices = np.full(pairs + rows, float(UNPLACED)), np.empty(pairs + rows, np.int32)
    weights[at], indices[at] = cost + 1, place[graph.column]
    indices[ends - 1] = len(columns) + np.arange(rows)
    matrix = csr_array(
        (
            np.concatenate([weights, np.ones(sum(map(len, blocks)))]),
            np.concatenate([indices, *blocks]).astype(np.int32),
            _bounds(ends, blocks),
        ),
        shape=(rows + len(blocks), len(columns) + rows),
    )
    chosen = min_weight_full_bipartite_matching(matrix)[1][:rows]
    return np.flatnonzero(place[graph.column] == chosen[graph.row]).astype(np.int32)


def _used(graph: Graph) -> tuple[Ints, NDArray[np.int32]]:
    """The times that suit anybody, and the place of each among them."""
    used = np.zeros(len(graph.supply.start), np.bool_)
    used[graph.column] = True
    return np.flatnonzero(used), (np.cumsum(used) - 1).astype(np.int32)


def _bounds(ends: Ints, blocks: list[Ints]) -> NDArray[np.int32]:
    """Where each row begins, the rows of the blocks after all others."""
    widths = np.array([len(block) for block in blocks], np.int64)
    return np.concatenate([[0], ends, ends[-1] + np.cumsum(widths)]).astype(np.int32)


def _blocks(columns: Ints, supply: Supply, room: Room) -> Iterator[Ints]:
    """The times, by their place among `columns`, of which each block takes one away."""
    spent: Counter[tuple[int, int]] = Counter()
    for (coach, day), places in _gathered(supply.coach[columns], supply.day[columns]):
        over = _over(len(places), room.on(coach, day))
        spent[coach, slots_time.week_of(day)] += over
        yield from [places] * over
    for (coach, week), places in _gathered(supply.coach[columns], supply.week[columns]):
        yield from [places] * (_over(len(places), room.within(coach, week)) - spent[coach, week])


def _over(times: int, left: int | None) -> int:
    return 0 if left is None else max(0, times - left)


def _gathered(coach: Ints, period: Ints) -> Iterator[tuple[tuple[int, int], Ints]]:
    """The places of each coach's times in each period."""
    order = np.lexsort((period, coach))
    one, when = coach[order], period[order]
    changes = np.flatnonzero((np.diff(one) != 0) | (np.diff(when) != 0)) + 1
    for places in np.split(order, changes):
        if len(places):
            yield (int(coach[places[0]]), int(period[places[0]])), places
