"""Reads what a report can be narrowed to: the programmes, groups, teams and coaches its reader sees people of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.queries import labels, population
from coachfollow.queries.filters import Filters, GroupBy
from coachfollow.queries.teams import Tree

Choice = tuple[str, str]  # how a report names it, what people read


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What there is to choose from, each by name."""

    programmes: Sequence[Choice]
    groups: Sequence[Choice]
    teams: Sequence[Choice]
    coaches: Sequence[Choice]


def choices(session: Session, *, filters: Filters, now: datetime) -> Choices:
    """Give what the reader of a report may narrow it to; `filters` without a choice, but with their sight."""
    return Choices(
        programmes=_labelled(session, filters, GroupBy.PROGRAMME, now),
        groups=_labelled(session, filters, GroupBy.COHORT, now),
        teams=_teams(session, filters, now),
        coaches=_labelled(session, filters, GroupBy.COACH, now),
    )


def _labelled(session: Session, filters: Filters, by: GroupBy, now: datetime) -> Sequence[Choice]:
    raw = _raw(session, filters, by, now)
    naming = labels.labelling(session, filters=filters, by=by, raw=raw)
    found = [naming.of(key) for key in raw]
    named = {label.handle: label.text for label in found if label.handle}
    return sorted(named.items(), key=lambda choice: choice[1].casefold())


def _teams(session: Session, filters: Filters, now: datetime) -> Sequence[Choice]:
    """Every team with people, and every team above one."""
    tree = Tree.read(session, organisation_id=filters.organisation_id)
    raw = _raw(session, filters, GroupBy.TEAM, now)
    paths = {tree.path(above) for team_id in raw for above in tree.upwards(team_id)}
    return [(path, path) for path in sorted(paths, key=str.casefold)]


def _raw(session: Session, filters: Filters, by: GroupBy, now: datetime) -> set[int | None]:
    chosen = population.people(filters, by=by, area=filters.sight.numbers, now=now)
    return set(
        session.scalars(select(chosen.group).select_from(chosen.source).where(chosen.where).distinct())
    )
