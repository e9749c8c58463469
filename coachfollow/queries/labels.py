"""Reads what the groups of a report are called, and which raw group belongs to which."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, assert_never

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from coachfollow.models import Cohort, Person, Programme, ProgrammeText, ProgrammeVersion
from coachfollow.queries import programmes as offers
from coachfollow.queries.filters import Filters, GroupBy
from coachfollow.queries.teams import Tree
from coachfollow.rules.kinds import StepKind

Key = int | None  # the key of a group: an id, a month as 202603, None for “without”


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a group is called on pages, and what files and commands call it."""

    text: str
    handle: str | None


ALL = Label(text="all", handle=None)
KINDS = {
    StepKind.COMMITMENT: "own plans",
    StepKind.PROMPT: "reminders",
    StepKind.REFLECTION: "questions",
    StepKind.CHECK_IN: "meetings with the coach",
    StepKind.SPONSOR: "what managers are asked for",
    StepKind.UNPROMPTED: "the last question, months later",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelling:
    """How the raw groups of one report become its groups."""

    fold: Callable[[Any], Key]
    labels: Mapping[Key, Label]

    def of(self, key: Key) -> Label:
        """What a group is called."""
        return self.labels[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """What everything is called that a reader may ask about."""

    programmes: Mapping[Key, Label]
    groups: Mapping[Key, Label]
    programme_of: Mapping[int, int]  # of each group
    coaches: Mapping[Key, Label]
    tree: Tree
    teams: frozenset[int]  # of the tree, those in which somebody is, or beneath which


def labelling(
    session: Session,
    *,
    filters: Filters,
    by: GroupBy,
    raw: Collection[Any],
    known: Directory | None = None,
) -> Labelling:
    """Give the groups that these raw ones belong to, with their names."""
    match by:
        case GroupBy.NONE:
            return Labelling(fold=lambda _: None, labels={None: ALL})
        case GroupBy.PROGRAMME:
            return Labelling(fold=_same, labels=known.programmes if known else programmes(session, raw))
        case GroupBy.COHORT:
            return Labelling(fold=_same, labels=known.groups if known else cohorts(session, raw))
        case GroupBy.TEAM:
            return _branches(_tree(session, filters, known), filters.team_id, raw)
        case GroupBy.COACH:
            return Labelling(fold=_same, labels=known.coaches if known else coaches(session, raw))
        case GroupBy.MONTH:
            return Labelling(fold=_month, labels=_months(raw))
        case _:
            assert_never(by)


def scope(session: Session, *, filters: Filters, known: Directory | None = None) -> Mapping[str, str]:
    """Say in words what a report is about; empty for everything."""
    words: dict[str, str] = {}
    if (one := filters.programme_id) is not None:
        words["programme"] = (known.programmes if known else programmes(session, [one]))[one].text
    if (one := filters.cohort_id) is not None:
        words["group"] = (known.groups if known else cohorts(session, [one]))[one].text
    if (one := filters.team_id) is not None:
        words["team"] = _tree(session, filters, known).path(one)
    if (one := filters.coach_id) is not None:
        words["coach"] = (known.coaches if known else coaches(session, [one]))[one].text
    if filters.kind is not None:
        words["follow-ups"] = KINDS[filters.kind]
    if filters.since is not None:
        words["from"] = filters.since.isoformat()
    if filters.until is not None:
        words["until"] = filters.until.isoformat()
    return words


def _tree(session: Session, filters: Filters, known: Directory | None) -> Tree:
    return known.tree if known else Tree.read(session, organisation_id=filters.organisation_id)


def _branches(tree: Tree, chosen: Key, raw: Collection[Key]) -> Labelling:
    """The groups are the teams directly under the chosen one, each with all beneath it, and its own people."""
    fold = {team_id: tree.branch(team_id, of=chosen) for team_id in raw}
    labels = {one: _branch(tree, one, chosen) for one in {*fold.values()}}
    return Labelling(fold=fold.__getitem__, labels=labels)


def _branch(tree: Tree, team_id: Key, chosen: Key) -> Label:
    if team_id is None or team_id not in tree.nodes:
        return Label(text="without a team", handle=None)
    name, _ = tree.nodes[team_id]
    return Label(text=f"directly in {name}" if team_id == chosen else name, handle=tree.path(team_id))


def programmes(session: Session, ids: Collection[int]) -> dict[Key, Label]:
    """Each programme's title in its own language, of its newest version."""
    own_language = (ProgrammeText.version_id == ProgrammeVersion.id) & (
        ProgrammeText.locale == ProgrammeVersion.language
    )
    rows = session.execute(
        select(Programme.id, Programme.key, ProgrammeText.title)
        .join(ProgrammeVersion, ProgrammeVersion.programme_id == Programme.id)
        .outerjoin(ProgrammeText, own_language)
        .where(Programme.id.in_(list(ids)), ProgrammeVersion.number == offers.last())
    )
    return {key: Label(text=title or handle, handle=handle) for key, handle, title in rows}


def cohorts(session: Session, ids: Collection[int]) -> dict[Key, Label]:
    """Each group's title."""
    rows = session.execute(select(Cohort.id, Cohort.key, Cohort.title).where(Cohort.id.in_(list(ids))))
    return {key: Label(text=title, handle=handle) for key, handle, title in rows}


def coaches(session: Session, ids: Collection[Key] | Select[int]) -> dict[Key, Label]:
    """Each coach's name, and what follow-ups without one are called."""
    wanted = ids if isinstance(ids, Select) else [one for one in ids if one is not None]
    rows = session.execute(select(Person.id, Person.name, Person.email).where(Person.id.in_(wanted)))
    labels: dict[Key, Label] = {None: Label(text="without a coach", handle=None)}
    for person_id, name, email in rows:
        labels[person_id] = Label(text=name or email or "a former coach", handle=email)
    return labels


def _months(days: Collection[date | str | None]) -> dict[Key, Label]:
    labels: dict[Key, Label] = {None: Label(text="without a date", handle=None)}
    for day in days:
        if day is not None:
            labels[_month(day)] = Label(text=str(day)[:7], handle=str(day)[:7])
    return labels


def _month(day: date | str | None) -> Key:
    """The key of a day's month; some raw groups are days, some are months as “2026-03”."""
    return None if day is None else int(str(day)[:7].replace("-", ""))


def _same(key: Key) -> Key:
    return key
