"""What a time costs: how far it is from the ideal one, how awkward the hour is, and whose coach it is.

One formula for one time and for arrays of them: NumPy's operators are Python's.
"""

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Number = TypeVar("Number", int, NDArray[np.int64])
else:
    Number = TypeVar("Number")

AWKWARD = 24  # before nine, after five, or over lunch, for each of the two: as bad as six hours away
ANOTHER_COACH = 192  # than the plan's: as bad as two days
LOAD = 48  # the most that a coach costs for being wanted by many: as bad as half a day
MORNING, LUNCH, AFTERNOON, EVENING = 9 * 60, 12 * 60, 13 * 60, 17 * 60


def distance(start: Number, ideal: Number) -> Number:
    """One for each quarter of an hour away from the ideal moment: a day costs 96."""
    return abs(start - ideal) // 15


def awkward(begins: Number, ends: Number) -> Number:
    """What an hour costs by the clock of one of the two, in minutes of their day."""
    return AWKWARD * ((begins < MORNING) | (ends > EVENING) | ((begins < AFTERNOON) & (ends > LUNCH)))
