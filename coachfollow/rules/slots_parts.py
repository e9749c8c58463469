"""Splits what is wanted into parts that know nothing of each other: no two share a coach's week."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from coachfollow.rules import slots_time
from coachfollow.rules.slots_values import Problem, Wanted

Unit = tuple[int, int]
"""A coach, and a week by their clock: within it their limits hold."""


def parts(problem: Problem) -> Sequence[Sequence[Wanted]]:
    """Give the parts, the earliest first; together they are all that is wanted."""
    alike = defaultdict[tuple[tuple[int, ...], datetime, datetime], list[Wanted]](list)
    for one in problem.wanted:
        alike[one.coaches, one.earliest, one.latest].append(one)
    roots = dict[Unit, Unit]()
    heads = [(_joined(roots, problem, some[0]), some) for some in alike.values()]
    found = defaultdict[Unit | None, list[Wanted]](list)
    for head, some in heads:
        found[_root(roots, head) if head else None] += some
    return sorted(found.values(), key=lambda part: min(one.earliest for one in part))


def _joined(roots: dict[Unit, Unit], problem: Problem, wanted: Wanted) -> Unit | None:
    """Join all weeks of all coaches in which it may lie; gives one of them."""
    head: Unit | None = None
    for number in wanted.coaches:
        zone = problem.coaches[number].zone
        for week in range(_week(wanted.earliest, zone), _week(wanted.latest, zone) + 1):
            unit = _root(roots, (number, week))
            if head is None:
                head = unit
            roots[unit] = head
    return head


def _root(roots: dict[Unit, Unit], unit: Unit) -> Unit:
    """Who stands for all that a unit is joined with."""
    while (above := roots.setdefault(unit, unit)) != unit:
        roots[unit] = roots[above]
        unit = above
    return unit


@lru_cache(maxsize=4096)
def _week(moment: datetime, zone: str) -> int:
    return slots_time.week_of(slots_time.local_day(moment, zone))
