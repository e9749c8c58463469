"""Finds a time for one more meeting, and moves as few others for it as can be.

An augmenting path: the meeting takes an open time, or that of another, which then looks for a time of its own. A move
costs more than any time can, so the fewest moves win, and of those the cheapest times. Starts are every quarter of an
hour, so nothing depends on how the hours were cut. What stands and is not among the movable is never touched.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from coachfollow.rules import slots_board, slots_cost
from coachfollow.rules.slots_board import Board, Open
from coachfollow.rules.slots_values import Meeting, Wanted

MOVED = 100_000
LOOKS = 300  # at so many meetings before a search gives up: it stays well under a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The time found and the new times of those moved for it, the one asked for first."""

    meetings: tuple[Meeting, ...]
    cost: int


@dataclass(frozen=True, slots=True)
class _Path:
    """New times so far, those whose old time is taken, and who looks next."""

    given: tuple[Meeting, ...]
    left: tuple[Meeting, ...]
    asks: Wanted | None


def fit(
    board: Board, wanted: Wanted, *, movable: Mapping[int, Wanted] | None = None, looks: int = LOOKS
) -> Fit | None:
    """The cheapest way to place one more meeting; `movable` is what was wanted when others got their times."""
    others = movable or {}
    ticks, seen = count(), set[int]()
    ways = [(0, next(ticks), _Path((), (), wanted))]
    while ways and len(seen) < looks:
        cost, _, path = heapq.heappop(ways)
        if path.asks is None:
            return Fit(meetings=path.given, cost=cost)
        if path.asks.id in seen:
            continue
        seen.add(path.asks.id)
        for more, further in _steps(board, path, path.asks, others):
            heapq.heappush(ways, (cost + more, next(ticks), further))
    return None


def _steps(
    board: Board, path: _Path, asks: Wanted, movable: Mapping[int, Wanted]
) -> Iterator[tuple[int, _Path]]:
    """Everything that the one who looks may take, with the board as it would be by then."""
    board.take(path.left)
    board.put(path.given)
    fixed = {one.wanted for one in path.given}
    found: dict[int | None, tuple[int, _Path]] = {}
    for time in board.times(asks):
        cost = slots_board.cost(board.problem, asks, time.meeting(asks))
        cost += slots_cost.ANOTHER_COACH * (asks.coach not in {None, time.coach})
        for other in _in_the_way(board, asks, time):
            if other is not None and (other.wanted in fixed or other.wanted not in movable):
                continue
            key = other.wanted if other else None
            if key in found and found[key][0] <= cost + MOVED * (other is not None):
                continue  # the cheapest time for each way on is enough
            left = path.left if other is None else (*path.left, other)
            given = (*path.given, time.meeting(asks))
            ask = None if other is None else movable[other.wanted]
            found[key] = (cost + MOVED * (other is not None), _Path(given, left, ask))
    board.take(path.given)
    board.put(path.left)
    yield from found.values()


def _in_the_way(board: Board, asks: Wanted, time: Open) -> Sequence[Meeting | None]:
    """The meetings of which one has to give way; None where nobody has to, nothing where one is not enough."""
    touching = board.in_the_way(asks, time)
    if len(touching) > 1:
        return ()
    if touching:
        board.take(touching)
        is_enough = not board.is_full(time)
        board.put(touching)
        return touching if is_enough else ()
    if not board.is_full(time):
        return (None,)
    return _whose_going_makes_room(board, time)


def _whose_going_makes_room(board: Board, time: Open) -> Sequence[Meeting]:
    """Those of the coach without whom neither the day nor the week is full."""
    found = []
    for other in list(board.of_coach[time.coach]):
        board.take([other])
        if not board.is_full(time):
            found.append(other)
        board.put([other])
    return found
