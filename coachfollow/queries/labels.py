"""Reads what the groups of a report are called, and which raw group belongs to which."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, assert_never

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from coachfollow.models import Cohort, Person, Programme, ProgrammeText, ProgrammeVersion
from coachfollow.queries.filters import Filters, GroupBy
from coachfollow.queries.teams import Tree
from coachfollow.rules.words import StepKind

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


def labelling(session: Session, *, filters: Filters, by: GroupBy, raw: Collection[Any]) -> Labelling:
    """Give the groups that these raw ones belong to, with their names."""
    match by:
        case GroupBy.NONE:
            return Labelling(fold=lambda _: None, labels={None: ALL})
        case GroupBy.PROGRAMME:
            return Labelling(fold=_same, labels=_programmes(session, raw))
        case GroupBy.COHORT:
            return Labelling(fold=_same, labels=_cohorts(session, raw))
        case GroupBy.TEAM:
            return _branches(Tree.read(session, organisation_id=filters.organisation_id), filters.team_id)
        case GroupBy.COACH:
            return Labelling(fold=_same, labels=_coaches(session, raw))
        case GroupBy.MONTH:
            return Labelling(fold=_month, labels=_months(raw))
        case _:
            assert_never(by)


def scope(session: Session, *, filters: Filters) -> Mapping[str, str]:
    """Say in words what a report is about; empty for everything."""
    words: dict[str, str] = {}
    if filters.programme_id is not None:
        words["programme"] = _programmes(session, [filters.programme_id])[filters.programme_id].text
    if filters.cohort_id is not None:
        words["group"] = _cohorts(session, [filters.cohort_id])[filters.cohort_id].text
    if filters.team_id is not None:
        words["team"] = Tree.read(session, organisation_id=filters.organisation_id).path(filters.team_id)
    if filters.coach_id is not None:
        words["coach"] = _coaches(session, [filters.coach_id])[filters.coach_id].text
    if filters.kind is not None:
        words["follow-ups"] = KINDS[filters.kind]
    if filters.since is not None:
        words["from"] = filters.since.isoformat()
    if filters.until is not None:
        words["until"] = filters.until.isoformat()
    return words


def _branches(tree: Tree, chosen: Key) -> Labelling:
    """The groups are the teams directly under the chosen one, each with all beneath it, and its own people."""
    labels: dict[Key, Label] = {
        team_id: Label(text=name, handle=tree.path(team_id)) for team_id, (name, _) in tree.nodes.items()
    }
    labels[None] = Label(text="without a team", handle=None)
    if chosen in tree.nodes:
        own = labels[chosen]
        labels[chosen] = Label(text=f"directly in {own.text}", handle=own.handle)
    return Labelling(fold=partial(tree.branch, of=chosen), labels=labels)


def _programmes(session: Session, ids: Collection[int]) -> dict[Key, Label]:
    """Each programme's title in its own language, of its newest version."""
    versions = aliased(ProgrammeVersion)
    last = select(func.max(versions.number)).where(versions.programme_id == Programme.id).scalar_subquery()
    own_language = (ProgrammeText.version_id == ProgrammeVersion.id) & (
        ProgrammeText.locale == ProgrammeVersion.language
    )
    rows = session.execute(
        select(Programme.id, Programme.key, ProgrammeText.title)
        .join(ProgrammeVersion, ProgrammeVersion.programme_id == Programme.id)
        .outerjoin(ProgrammeText, own_language)
        .where(Programme.id.in_(list(ids)), ProgrammeVersion.number == last)
    )
    return {key: Label(text=title or handle, handle=handle) for key, handle, title in rows}


def _cohorts(session: Session, ids: Collection[int]) -> dict[Key, Label]:
    rows = session.execute(select(Cohort.id, Cohort.key, Cohort.title).where(Cohort.id.in_(list(ids))))
    return {key: Label(text=title, handle=handle) for key, handle, title in rows}


def _coaches(session: Session, ids: Collection[Key]) -> dict[Key, Label]:
    rows = session.execute(
        select(Person.id, Person.name, Person.email).where(
            Person.id.in_([one for one in ids if one is not None])
        )
    )
    labels: dict[Key, Label] = {None: Label(text="without a coach", handle=None)}
    for person_id, name, email in rows:
        labels[person_id] = Label(text=name or email or "a former coach", handle=email)
    return labels


def _months(days: Collection[date | None]) -> dict[Key, Label]:
    labels: dict[Key, Label] = {None: Label(text="without a date", handle=None)}
    for day in days:
        if day is not None:
            labels[_month(day)] = Label(text=f"{day:%Y-%m}", handle=f"{day:%Y-%m}")
    return labels


def _month(day: date | None) -> Key:
    return None if day is None else day.year * 100 + day.month


def _same(key: Key) -> Key:
    return key
