"""Finds the free times that people are offered to choose from for a meeting."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from coachfollow.rules.slots_board import Board
from coachfollow.rules.slots_values import Meeting, Wanted


def near(board: Board, wanted: Wanted, *, most: int, but: datetime | None = None) -> Sequence[datetime]:
    """The best free times, one a day at most, in order; none that overlaps the time it has."""
    best: dict[int, tuple[int, datetime]] = {}
    for cost, found, day in free(board, wanted):
        if not _overlaps(found, but) and (day not in best or cost < best[day][0]):
            best[day] = (cost, found.starts_at)
    return sorted(at for _, at in sorted(best.values())[:most])


def is_free(board: Board, wanted: Wanted, *, at: datetime) -> bool:
    """Whether this is one of the free times."""
    return any(found.starts_at == at for _, found, _ in free(board, wanted))


def spread(
    board: Board, wanted: Wanted, *, days: int, a_day: int, but: datetime | None = None
) -> Sequence[datetime]:
    """Free times of the best days, some of each from its first to its last, in order; none that overlaps `but`."""
    by_day = defaultdict[int, list[tuple[int, datetime]]](list)
    for cost, found, day in free(board, wanted):
        if not _overlaps(found, but):
            by_day[day].append((cost, found.starts_at))
    best = sorted(by_day.values(), key=min)[:days]
    return sorted(at for times in best for at in _some(sorted(at for _, at in times), a_day))


def _some(times: Sequence[datetime], most: int) -> Sequence[datetime]:
    """As many as that of these times, as far from each other as can be."""
    if len(times) <= most:
        return times
    return [times[n * (len(times) - 1) // max(most - 1, 1)] for n in range(most)]


def _overlaps(found: Meeting, time: datetime | None) -> bool:
    """Whether a meeting of the same length at that time would overlap."""
    return time is not None and abs(found.starts_at - time) < found.ends_at - found.starts_at


def free(board: Board, wanted: Wanted) -> list[tuple[int, Meeting, int]]:
    """Give every time that is free: what it costs, the meeting it would be, and its day."""
    times = [time for time in board.times(wanted) if board.is_free(wanted, time)]
    return [(time.cost, time.meeting(wanted), time.day) for time in times]
