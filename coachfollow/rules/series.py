"""How often a step comes back, from how long it must last: gaps that grow, by what is known of spacing."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from coachfollow.rules.cadence import STEP, StepRule

SHORTEST, LONGEST = 7, 365
MOST_GAPS = 30

# so many days it must last: the least and the largest gap. From 20 to 40 % of a week down to 5 to 10 % of a year is
# what served best for remembering facts; interpolated in between. Gaps that grow help meanwhile, not in the end.
_SPACING = ((7, 1, 3), (30, 5, 7), (90, 9, 14), (180, 14, 20), (365, 18, 36))


def suggested(lasts_days: int, *, first: int) -> tuple[int, ...]:
    """Give the gaps in days between a step on its first day and its last return, none after `lasts_days`."""
    least, largest = gaps_for(lasts_days)
    room = lasts_days - first
    tries = (_growing(least, largest, count=count) for count in range(max(0, room) // least, 0, -1))
    return next((gaps for gaps in tries if sum(gaps) <= room), ())


def gaps_for(lasts_days: int) -> tuple[int, int]:
    """The least and the largest gap that suit what must last so many days."""
    days = min(max(lasts_days, SHORTEST), LONGEST)
    (from_, *low), (until, *high) = next(pair for pair in pairwise(_SPACING) if days <= pair[1][0])
    least, largest = (a + (b - a) * (days - from_) // (until - from_) for a, b in zip(low, high, strict=True))
    return least, largest


def _growing(least: int, largest: int, *, count: int) -> tuple[int, ...]:
    return tuple(least + (largest - least) * n // max(1, count - 1) for n in range(count))


def laid_out(steps: Sequence[tuple[StepRule, Sequence[int]]]) -> tuple[tuple[StepRule, ...], ...]:
    """Make ordinary steps of each step and the gaps after which it returns: key, key-2, key-3 and so on.

    All count from where the first does. A step that follows a series follows its last.
    """
    last = {f"{STEP}{rule.key}": f"{STEP}{_key(rule, len(gaps) + 1)}" for rule, gaps in steps}
    return tuple(
        tuple(
            replace(rule, key=_key(rule, n), offset_days=days, anchor=last.get(rule.anchor, rule.anchor))
            for n, days in enumerate(accumulate(gaps, initial=rule.offset_days), start=1)
        )
        for rule, gaps in steps
    )


def _key(rule: StepRule, n: int) -> str:
    return rule.key if n == 1 else f"{rule.key}-{n}"
