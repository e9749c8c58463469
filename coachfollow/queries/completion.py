"""Reads the numbers: how many follow-ups are completed and where people stand, by group, with definitions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row
from sqlalchemy.orm import Session

from coachfollow.queries import labels, tallies
from coachfollow.queries.filters import Filters, GroupBy
from coachfollow.queries.labels import Directory, Key, Label, Labelling
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


def completion(
    session: Session, *, filters: Filters, by: GroupBy, now: datetime, known: Directory | None = None
) -> Report:
    """Count the follow-ups and people that `filters` allow to be seen; the same few statements for any size.

    `known` has the names of groups for whoever has read them already; else they are read here.
    """
    area = filters.sight.numbers
    due = session.execute(tallies.follow_ups(filters, by=by, area=area), {"now": now})
    attended = session.execute(tallies.people(filters, by=by, area=area), {"now": now})
    parts = [*map(_due, due), *map(_attended, attended)]
    raw = {part.raw for part in parts}
    naming = labels.labelling(session, filters=filters, by=by, raw=raw, known=known)
    return Report(
        by=by,
        filters=filters,
        scope=labels.scope(session, filters=filters, known=known),
        at=now,
        groups=() if by is GroupBy.NONE else _groups(parts, naming),
        total=_group(None, labels.ALL, parts),
    )


class _Part(NamedTuple):
    """The follow-ups, or the people, of a raw group under one target."""

    raw: Any
    target: float | None
    follow_ups: FollowUps = FollowUps()
    people: People = People()
    reached: int = 0


def _due(row: Row[*tuple[Any, ...]]) -> _Part:
    raw, target, *counts = row
    return _Part(raw, target, follow_ups=FollowUps(**dict(zip(row._fields[2:], counts, strict=True))))


def _attended(row: Row[*tuple[Any, ...]]) -> _Part:
    return _Part(row.raw, row.aim, people=People(**{row.counted: row.n}), reached=row.reached)


def _groups(parts: Sequence[_Part], naming: Labelling) -> tuple[Group, ...]:
    folded = defaultdict[Key, list[_Part]](list)
    for part in parts:
        folded[naming.fold(part.raw)].append(part)
    groups = [_group(key, naming.of(key), some) for key, some in folded.items()]
    return tuple(sorted(groups, key=lambda one: (one.key is None, one.label.text.casefold(), one.key or 0)))


def _group(key: Key, label: Label, parts: Sequence[_Part]) -> Group:
    return Group(
        key=key,
        label=label,
        target=_shared(part.target for part in parts),
        follow_ups=measuring.total(FollowUps, (part.follow_ups for part in parts)),
        people=measuring.total(People, (part.people for part in parts)),
        reached=sum(part.reached for part in parts),
    )


def _shared(targets: Iterable[float | None]) -> float | None:
    """The target that all of them have."""
    different = set(targets)
    return different.pop() if len(different) == 1 else None
