"""Gives each row a column of its own at the least cost of all, within what a coach takes in a day and a week.

An assignment, solved exactly by shortest augmenting paths (Jonker and Volgenant). A row that gets no time takes a
private column, so dear that no second row is ever left out for it. What a coach takes in a day is supply: if eight
times stand on a day that holds five meetings, three rows without a wish of their own block three of them, whichever
are best spared; the same again for the week. Days lie within weeks, so these blocks always find room.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, min_weight_full_bipartite_matching

from coachfollow.rules import slots_time
from coachfollow.rules.slots_graph import Graph, Ints, Supply
from coachfollow.rules.slots_room import Room

UNPLACED = 10**9  # more than the whole of any way of moving the others could cost; sums stay exact in floats


def components(graph: Graph) -> list[Ints]:
    """Split the pairs so that no two parts share a wanted meeting or a coach's week; the earliest part first."""
    if not len(graph.row):
        return []
    units = np.unique(np.stack((graph.supply.coach, graph.supply.week), axis=1), axis=0, return_inverse=True)[
        1
    ]
    rows, unit = int(graph.row.max()) + 1, units[graph.column]
    size = rows + int(units.max()) + 1
    links = coo_array((np.ones(len(unit), np.bool_), (graph.row, rows + unit)), shape=(size, size))
    label = connected_components(links, directed=False)[1][graph.row]
    order = np.argsort(label, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    return sorted(parts, key=lambda part: int(graph.supply.start[graph.column[part]].min()))


def assign(row: Ints, column: Ints, cost: Ints, *, supply: Supply, room: Room) -> tuple[Ints, Ints]:
    """Give rows their columns: as many as can be, and of those ways the one of least cost."""
    rows, row_at = np.unique(row, return_inverse=True)
    columns, column_at = np.unique(column, return_inverse=True)
    blocks = list(_blocks(columns, supply, room))
    widths = np.array([len(block) for block in blocks], np.int64)
    if not len(rows):
        return rows, columns
    own = np.arange(len(rows))
    matrix = coo_array(
        (
            np.concatenate([cost + 1, np.full(len(rows), UNPLACED), np.ones(widths.sum(), np.int64)]),
            (
                np.concatenate([row_at, own, len(rows) + np.repeat(np.arange(len(blocks)), widths)]),
                np.concatenate([column_at, len(columns) + own, *blocks]),
            ),
        ),
        shape=(len(rows) + len(blocks), len(columns) + len(rows)),
    )
    taken = min_weight_full_bipartite_matching(matrix.tocsr().astype(np.float64))[1][: len(rows)]
    placed = taken < len(columns)
    return rows[placed], columns[taken[placed]]


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
    keys, inverse = np.unique(np.stack((coach, period), axis=1), axis=0, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    ends = np.cumsum(np.bincount(inverse, minlength=len(keys)))
    pairs = [(one, when) for one, when in keys.tolist()]
    yield from zip(pairs, np.split(order, ends[:-1]), strict=True)
