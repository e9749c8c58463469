"""Finds a time for one more meeting, and moves as few others for it as can be.

An augmenting path: the meeting takes an open time, or that of another, which then looks for a time of its own. A move
costs more than any time can, so the fewest moves win, and of those the cheapest times. Starts are every quarter of an
hour, so nothing depends on how the hours were cut. What stands and is not among the movable is never touched.
"""

import heapq
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from coachfollow.rules import slots_cost, slots_time
from coachfollow.rules.slots_board import Board, Open
from coachfollow.rules.slots_values import Meeting, Wanted

MOVED = 100_000
FIRM = 10 * MOVED  # what somebody has said yes to, or what is near
LOOKS = 80  # at so many meetings before a search takes the best it has: it stays well under a second


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """Meetings that may move: what is wanted of each, and which of them should only where nothing else helps."""

    movable: Mapping[int, Wanted]
    firm: Collection[int] = frozenset()

    def price(self, other: Meeting | None) -> int:
        """What it costs that this one moves; nothing where nobody does."""
        if other is None:
            return 0
        return FIRM if other.wanted in self.firm else MOVED


NOBODY = Others(movable={})


def fit(board: Board, wanted: Wanted, *, others: Others = NOBODY, looks: int = LOOKS) -> Fit | None:
    """The cheapest way to place one more meeting, others moving for it if need be."""
    ticks, seen = count(), set[tuple[int, tuple[Meeting, ...]]]()
    ways = [(0, next(ticks), _Path((), (), wanted))]
    while ways and len(seen) < looks:
        cost, _, path = heapq.heappop(ways)
        if path.asks is None:
            return Fit(meetings=path.given, cost=cost)
        looker = (path.asks.id, path.given[-1:])  # who looks, and which time they had to leave to whom
        if looker in seen:
            continue
        seen.add(looker)
        for more, further in _steps(board, path, path.asks, others):
            heapq.heappush(ways, (cost + more, next(ticks), further))
    ends = min((way for way in ways if way[2].asks is None), default=None)
    return Fit(meetings=ends[2].given, cost=ends[0]) if ends else None


def _steps(board: Board, path: _Path, asks: Wanted, others: Others) -> Sequence[tuple[int, _Path]]:
    """Everything that the one who looks may take, with the board as it would be by then."""
    board.take(path.left)
    board.put(path.given)
    found = _cheapest(board, asks, fixed={one.wanted for one in path.given}, others=others)
    board.take(path.given)
    board.put(path.left)
    return [(cost, _further(path, asks, time, other, others)) for cost, time, other in found]


def _further(path: _Path, asks: Wanted, time: Open, other: Meeting | None, others: Others) -> _Path:
    given = (*path.given, time.meeting(asks))
    if other is None:
        return _Path(given, path.left, None)
    return _Path(given, (*path.left, other), others.movable[other.wanted])


def _cheapest(
    board: Board, asks: Wanted, *, fixed: Collection[int], others: Others
) -> Collection[tuple[int, Open, Meeting | None]]:
    """The cheapest time for each way on; those that overlap another meeting all count: each leaves it other times."""
    found: dict[tuple[Meeting | None, Open | None], tuple[int, Open, Meeting | None]] = {}
    crowding: dict[tuple[int, int], Sequence[Meeting]] = {}
    for time in board.times(asks):
        cost = time.cost + slots_cost.ANOTHER_COACH * (asks.coach not in {None, time.coach})
        touching = board.in_the_way(asks, time)
        for other in _giving_way(board, time, touching, crowding):
            if other is not None and (other.wanted in fixed or other.wanted not in others.movable):
                continue
            whole, key = cost + others.price(other), (other, time if touching else None)
            if key not in found or whole < found[key][0]:
                found[key] = (whole, time, other)
    return found.values()


def _giving_way(
    board: Board,
    time: Open,
    touching: Sequence[Meeting],
    crowding: dict[tuple[int, int], Sequence[Meeting]],
) -> Sequence[Meeting | None]:
    """The meetings of which one has to give way; None where nobody has to, nothing where one is not enough."""
    if len(touching) > 1:
        return ()
    if not board.is_full(time):
        return touching or (None,)
    if (time.coach, time.day) not in crowding:
        crowding[time.coach, time.day] = _whose_going_makes_room(board, time)
    crowd = crowding[time.coach, time.day]
    return [one for one in crowd if one in touching] if touching else crowd


def _whose_going_makes_room(board: Board, time: Open) -> Sequence[Meeting]:
    """Those of the coach without whom neither the day nor the week is full."""
    monday = slots_time.week_of(time.day) * slots_time.WEEK + 1
    days = [time.day] if board.is_day_full(time) else range(monday, monday + slots_time.WEEK)
    found = []
    for other in board.on(time.coach, days):
        board.take([other])
        if not board.is_full(time):
            found.append(other)
        board.put([other])
    return found
