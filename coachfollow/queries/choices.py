"""Reads what a report can be narrowed to: the programmes, groups, teams and coaches its reader sees people of."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from coachfollow.models import (
    Coaching,
    Cohort,
    FollowUpPlan,
    Membership,
    Person,
    Programme,
    ProgrammeText,
    ProgrammeVersion,
)
from coachfollow.queries import labels, population, programmes, relations, tallies
from coachfollow.queries.filters import Area
from coachfollow.queries.labels import Directory, Key, Label
from coachfollow.queries.teams import Tree

Choice = tuple[str, str]  # how a report names it, what people read


def choices(session: Session, *, organisation_id: int, area: Area) -> Directory:
    """Give what the reader of such an area may ask about, in four statements."""
    taken = _taken(session, organisation_id, area)
    tree = Tree.read(session, organisation_id=organisation_id)
    return Directory(
        programmes={
            one.programme_id: Label(text=one.words or one.handle, handle=one.handle) for one in taken
        },
        groups={one.cohort_id: Label(text=one.title, handle=one.key) for one in taken},
        programme_of={one.cohort_id: one.programme_id for one in taken},
        coaches=_coaches(session, organisation_id, area),
        tree=tree,
        teams=_teams(session, tree, organisation_id, area),
    )


def offered(found: Mapping[Key, Label]) -> Sequence[Choice]:
    """Give what can be chosen of them, by name; what has no name to be asked by cannot."""
    return _sorted((one.handle, one.text) for one in found.values() if one.handle)


def teams(directory: Directory) -> Sequence[Choice]:
    """Give the teams that can be chosen, each by its path."""
    paths = (directory.tree.path(team_id) for team_id in directory.teams)
    return _sorted((path, path) for path in paths)


def _sorted(found: Iterable[Choice]) -> Sequence[Choice]:
    return sorted(found, key=lambda choice: choice[1].casefold())


class _Taken(NamedTuple):
    """A group and the programme it takes, in the words of that programme's newest version."""

    cohort_id: int
    key: str
    title: str
    programme_id: int
    handle: str
    words: str | None


def _taken(session: Session, organisation_id: int, area: Area) -> Sequence[_Taken]:
    rows = session.execute(_groups(area), {"house": organisation_id})
    return [_Taken._make(row) for row in rows]


@lru_cache(maxsize=tallies.KEPT)
def _groups(area: Area) -> Select[*tuple[Any, ...]]:
    newest = aliased(ProgrammeVersion)
    own_language = (ProgrammeText.version_id == newest.id) & (ProgrammeText.locale == newest.language)
    somebody = exists().where(FollowUpPlan.cohort_id == Cohort.id, population.inside(area))
    return (
        select(Cohort.id, Cohort.key, Cohort.title, Programme.id, Programme.key, ProgrammeText.title)
        .join(ProgrammeVersion, ProgrammeVersion.id == Cohort.programme_version_id)
        .join(Programme, Programme.id == ProgrammeVersion.programme_id)
        .join(newest, (newest.programme_id == Programme.id) & (newest.number == programmes.last()))
        .outerjoin(ProgrammeText, own_language)
        .where(Cohort.organisation_id == bindparam("house"), somebody)
        .order_by(Cohort.id.desc())
    )


def _seen() -> ColumnElement[bool]:
    return Coaching.plan_id.not_in(relations.unseen_plans())


def _coaches(session: Session, organisation_id: int, area: Area) -> Mapping[Key, Label]:
    """Whoever coaches somebody in it, or has."""
    if area.whole:  # nobody is coached from another organisation: their plans need not be looked up
        house = Person.id.in_(select(Coaching.coach_id).where(_seen())) & (
            Person.organisation_id == organisation_id
        )
        return labels.coaches(session, select(Person.id).where(house))
    coached = select(Coaching.coach_id).join(FollowUpPlan, FollowUpPlan.id == Coaching.plan_id).where(_seen())
    return labels.coaches(session, _inside(coached, organisation_id, area))


def _teams(session: Session, tree: Tree, organisation_id: int, area: Area) -> frozenset[int]:
    """Every team somebody in it is in, or was, and every team above one; who sees all, sees all teams."""
    if area.whole:
        return frozenset(tree.nodes)
    been_in = select(Membership.team_id).join(FollowUpPlan, FollowUpPlan.person_id == Membership.person_id)
    found = session.scalars(_inside(been_in, organisation_id, area).distinct())
    return frozenset(above for team_id in found for above in tree.upwards(team_id))


def _inside(chosen: Select[int], organisation_id: int, area: Area) -> Select[int]:
    cohorts = chosen.join(Cohort, Cohort.id == FollowUpPlan.cohort_id)
    return cohorts.where(Cohort.organisation_id == organisation_id, population.inside(area))
