"""Reads the numbers: how many follow-ups are completed and where people stand, by group, with definitions."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Result, func, select
from sqlalchemy.orm import Session

from coachfollow.models import Cohort
from coachfollow.queries import labels, population
from coachfollow.queries.filters import Filters, GroupBy
from coachfollow.queries.labels import Key, Label, Labelling
from coachfollow.queries.population import Population
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The numbers of one group; `key` is what `names` finds its people by."""

    key: Key
    label: Label
    target: float | None
    follow_ups: FollowUps
    people: People
    reached: int  # of the people who attended, those who answered at least once

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


def completion(session: Session, *, filters: Filters, by: GroupBy, now: datetime) -> Report:
    """Count the follow-ups and people that `filters` allow to be seen; the same few statements for any size."""
    area = filters.sight.numbers
    due = _counts(session, population.follow_ups(filters, by=by, area=area, now=now))
    attended = _counts(session, population.people(filters, by=by, area=area, now=now))
    raw = {one.raw for one in (*due, *attended)}
    naming = labels.labelling(session, filters=filters, by=by, raw=raw)
    groups = _groups(due, attended, naming)
    return Report(
        by=by,
        filters=filters,
        scope=labels.scope(session, filters=filters),
        at=now,
        groups=() if by is GroupBy.NONE else groups,
        total=Group(
            key=None,
            label=labels.ALL,
            target=_shared(one.target for one in (*due, *attended)),
            follow_ups=sum((one.follow_ups for one in groups), FollowUps()),
            people=sum((one.people for one in groups), People()),
            reached=sum(one.reached for one in groups),
        ),
    )


class _Count(NamedTuple):
    """How many of a raw group, under one target, are in one bucket."""

    raw: Any
    target: float | None
    counted: str
    n: int
    reached: int


def _counts(session: Session, chosen: Population) -> Sequence[_Count]:
    rows: Result[Any, float | None, str | None, int, int] = session.execute(
        select(
            chosen.group.label("raw"),
            Cohort.target.label("aim"),
            chosen.counted.label("counted"),
            func.count(),
            func.sum(chosen.reached),
        )
        .select_from(chosen.source)
        .where(chosen.where)
        .group_by("raw", "aim", "counted")  # by name: the CASE need not be said, and worked out, twice
    )
    return [
        _Count(raw, aim, counted, n, reached) for raw, aim, counted, n, reached in rows if counted is not None
    ]


def _groups(due: Sequence[_Count], attended: Sequence[_Count], naming: Labelling) -> tuple[Group, ...]:
    follow_ups, people = _folded(due, naming), _folded(attended, naming)
    targets = defaultdict[Key, set[float | None]](set)
    reached = Counter[Key]()
    for one in (*due, *attended):
        targets[naming.fold(one.raw)].add(one.target)
        reached[naming.fold(one.raw)] += one.reached
    groups = [
        Group(
            key=key,
            label=naming.of(key),
            target=_shared(targets[key]),
            follow_ups=FollowUps(**follow_ups[key]),
            people=People(**people[key]),
            reached=reached[key],
        )
        for key in targets
    ]
    return tuple(sorted(groups, key=lambda one: (one.key is None, one.label.text.casefold(), one.key or 0)))


def _folded(counts: Sequence[_Count], naming: Labelling) -> Mapping[Key, Mapping[str, int]]:
    folded = defaultdict[Key, Counter[str]](Counter)
    for one in counts:
        folded[naming.fold(one.raw)][one.counted] += one.n
    return folded


def _shared(targets: Iterable[float | None]) -> float | None:
    """The target that all of them have."""
    different = set(targets)
    return different.pop() if len(different) == 1 else None
