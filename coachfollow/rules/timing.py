"""Sorts how long attempts took into the steps of a histogram."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping

ENDLESS_MS = 2_147_483_647  # the last step takes whatever is longer
STEPS_MS = (5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000, 60_000, 600_000, ENDLESS_MS)


def step(seconds: float) -> int:
    """The step a length of time falls into, as its upper bound in milliseconds."""
    return STEPS_MS[min(bisect_left(STEPS_MS, seconds * 1_000), len(STEPS_MS) - 1)]


def histogram(lengths: Iterable[float]) -> Mapping[int, tuple[int, float]]:
    """How many lengths fall into each step, and the seconds they come to; in the order of the steps."""
    found: defaultdict[int, list[float]] = defaultdict(list)
    for seconds in lengths:
        found[step(seconds)].append(seconds)
    return {bound: (len(found[bound]), sum(found[bound])) for bound in sorted(found)}
