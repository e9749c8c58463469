"""Reads the numbers: how many follow-ups are completed and where people stand, by group, with definitions."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from coachfollow.queries import labels, tallies
from coachfollow.queries.filters import Filters, GroupBy
from coachfollow.queries.labels import Directory, Key, Label
from coachfollow.rules import measuring
from coachfollow.rules.measuring import FollowUps, People

NOTES: Mapping[str, str] = {
    "target": "The completion that all groups counted here aim at; where they differ, there is none.",
    "period": (
        "A follow-up belongs to the period of its current due date,"
        " a person to that of the last session of their training."
    ),
    "team and coach": (
        "A follow-up belongs to the team and the coach of its due day, a person to those of today;"
        " what was first known of somebody counts from the beginning."
    ),
    "people": "Somebody who attended with two groups is counted in both.",
}
DEFINITIONS: Mapping[str, str] = {**measuring.DEFINITIONS, **NOTES}

Rows = Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The numbers of one group; `key` is what `names` finds its people by."""

    key: Key
    label: Label
    target: float | None
    follow_ups: FollowUps
    people: People
    reached: int  # of the people who attended, those who answered at least once
    without_a_time: int = 0  # of what is excused, the meetings for which no time was found

    @property
    def reach(self) -> float | None:
        """Reached of attended; None says “nobody attended”."""
        return self.reached / self.people.attended if self.people.attended else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The numbers by group and in all; the groups add up to the total (there are none for GroupBy.NONE)."""

    by: GroupBy
    filters: Filters
    scope: Mapping[str, str]  # the filters in words
    at: datetime
    groups: tuple[Group, ...]
    total: Group

    @property
    def definitions(self) -> Mapping[str, str]:
        """One sentence for every number."""
        return DEFINITIONS


def completion(
    session: Session, *, filters: Filters, by: GroupBy, now: datetime, known: Directory | None = None
) -> Report:
    """Count the follow-ups and people that `filters` allow to be seen; the same few statements for any size.

    `known` has the names of groups for whoever has read them already; else they are read here.
    """
    area = filters.sight.numbers
    due = session.execute(tallies.follow_ups(filters, by=by, area=area), {"now": now})
    buckets = tuple(due.keys())[2:]
    counted = [row for row in due if any(row[2:])]  # none of it counts: that is no group of the report
    attended = session.execute(tallies.people(filters, by=by, area=area), {"now": now}).all()
    unplaced = list[Row[*tuple[Any, ...]]]()
    if any(row.excused for row in counted):
        unplaced += session.execute(tallies.without_a_time(filters, by=by, area=area))
    raw = {row[0] for row in (*counted, *attended)}
    naming = labels.labelling(session, filters=filters, by=by, raw=raw, known=known)
    parts = _parts(counted, attended, unplaced, {one: naming.fold(one) for one in raw})
    groups = [_group(key, naming.of(key), [part], buckets) for key, part in parts.items()]
    return Report(
        by=by,
        filters=filters,
        scope=labels.scope(session, filters=filters, known=known),
        at=now,
        groups=() if by is GroupBy.NONE else tuple(sorted(groups, key=_place)),
        total=_group(None, labels.ALL, list(parts.values()), buckets),
    )


class _Part:
    """What the database found of one group, row by row."""

    __slots__ = ("follow_ups", "people", "reached", "targets", "without_a_time")

    def __init__(self) -> None:
        self.targets = set[float | None]()
        self.follow_ups: list[Sequence[int]] = []
        self.people = Counter[str]()
        self.reached = 0
        self.without_a_time = 0


def _parts(counted: Rows, attended: Rows, unplaced: Rows, keys: Mapping[Any, Key]) -> Mapping[Key, _Part]:
    """Give the rows to the groups that their raw groups belong to: there are hundreds, so little is made of each."""
    parts = defaultdict[Key, _Part](_Part)
    for raw, target, *counts in counted:
        part = parts[keys[raw]]
        part.targets.add(target)
        part.follow_ups.append(counts)
    for raw, target, standing, n, reached in attended:
        part = parts[keys[raw]]
        part.targets.add(target)
        part.people[standing] += n
        part.reached += reached
    for raw, n in unplaced:
        parts[keys[raw]].without_a_time += n
    return parts


def _group(key: Key, label: Label, parts: Sequence[_Part], buckets: Sequence[str]) -> Group:
    rows = [row for part in parts for row in part.follow_ups]
    return Group(
        key=key,
        label=label,
        target=_shared(target for part in parts for target in part.targets),
        follow_ups=FollowUps(**dict(zip(buckets, map(sum, zip(*rows, strict=True)), strict=False))),
        people=People(**sum((part.people for part in parts), Counter())),
        reached=sum(part.reached for part in parts),
        without_a_time=sum(part.without_a_time for part in parts),
    )


def _place(group: Group) -> tuple[bool, str, int]:
    return group.key is None, group.label.text.casefold(), group.key or 0


def _shared(targets: Iterable[float | None]) -> float | None:
    """The target that all of them have."""
    different = set(targets)
    return different.pop() if len(different) == 1 else None
