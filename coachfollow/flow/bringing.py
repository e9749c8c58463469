"""Brings a run of a staged file's rows in: new people, what the rows say of them, enrolments with draft plans."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select, update
from sqlalchemy.orm import Session

from coachfollow.extensions import UtcDateTime
from coachfollow.flow import drafting, people, presences, relations, sets
from coachfollow.models import Alias, Cohort, Enrolment, ImportBatch, ImportRow, Person

_HABITS = ("external_id", "zone", "locale", "week")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Some rows of a file, from one line to another."""

    batch: ImportBatch
    first: int
    last: int

    @property
    def rows(self) -> ColumnElement[bool]:
        """Those that may be carried out, whether we know the person yet or not."""
        return presences.wanted(self.batch) & ImportRow.line.between(self.first, self.last)


@dataclass(frozen=True, slots=True)
class _Said:
    """What one row says of somebody beyond their presence."""

    row_id: int
    person_id: int
    coach_id: int | None
    facts: Mapping[str, Any]


def bring(session: Session, run: Run, *, cohort: Cohort, now: datetime) -> tuple[int, int]:
    """Bring everybody in; gives how many people and how many enrolments are new. No commit."""
    added = _add_people(session, run, now)
    _take_facts(session, run, now)
    return added, _enrol(session, run, cohort, now)


def _add_people(session: Session, run: Run, now: datetime) -> int:
    """Add the people we do not know yet, and say on their rows who they are."""
    organisation_id = run.batch.organisation_id
    strangers = run.rows & ImportRow.person_id.is_(None) & ImportRow.email.is_not(None)
    rows = session.execute(select(ImportRow.email, ImportRow.name, ImportRow.facts).where(strangers))
    newcomers = {email: _newcomer(email, name, facts) for email, name, facts in rows if email}
    if not newcomers:
        return 0
    added = people.add_many(session, organisation_id=organisation_id, newcomers=newcomers.values(), now=now)
    session.execute(
        update(ImportRow)
        .where(strangers)
        .values(person_id=_whose_address(organisation_id))
        .execution_options(synchronize_session=False)
    )
    return added


def _newcomer(email: str, name: str | None, facts: str) -> people.Newcomer:
    said = json.loads(facts)
    return people.Newcomer(email=email, name=name, **{habit: said.get(habit) for habit in _HABITS})


def _whose_address(organisation_id: int) -> ColumnElement[int | None]:
    """The person with the address of a row, or to whom somebody once said it belongs."""
    own = select(Person.id).where(Person.organisation_id == organisation_id, Person.email == ImportRow.email)
    said = select(Alias.person_id).where(
        Alias.organisation_id == organisation_id, Alias.value == ImportRow.email
    )
    return func.coalesce(own.scalar_subquery(), said.scalar_subquery())


def _take_facts(session: Session, run: Run, now: datetime) -> None:
    """Take what the rows say of managers, teams and coaches, a few statements for all of them."""
    said = _said(session, run)
    emails = {one.facts[role] for one in said for role in ("manager", "coach") if role in one.facts}
    ids = people.ids_of(session, organisation_id=run.batch.organisation_id, emails=emails, now=now)
    managers = {one.person_id: ids[one.facts["manager"]] for one in said if "manager" in one.facts}
    relations.set_managers(session, managers=managers, now=now)
    _set_teams(session, run, said, now)
    coaches = [
        {"id": one.row_id, "coach_id": ids[one.facts["coach"]]}
        for one in said
        if "coach" in one.facts and one.coach_id is None
    ]
    if coaches:
        session.execute(update(ImportRow), coaches)


def _said(session: Session, run: Run) -> list[_Said]:
    rows = session.execute(
        select(ImportRow.id, ImportRow.person_id, ImportRow.coach_id, ImportRow.facts).where(
            run.rows, ImportRow.person_id.is_not(None), ImportRow.facts != "{}"
        )
    )
    return [
        _Said(row_id, person_id, coach_id, json.loads(facts))
        for row_id, person_id, coach_id, facts in rows
        if person_id is not None
    ]


def _set_teams(session: Session, run: Run, said: Sequence[_Said], now: datetime) -> None:
    paths = {one.person_id: tuple(one.facts["team"]) for one in said if "team" in one.facts}
    if paths:
        teams = relations.teams(session, organisation_id=run.batch.organisation_id, paths=set(paths.values()))
        relations.set_teams(
            session, teams={person_id: teams[path] for person_id, path in paths.items()}, now=now
        )


def _enrol(session: Session, run: Run, cohort: Cohort, now: datetime) -> int:
    """Enrol everybody and draft their plans with all their dates; gives how many enrolments are new."""
    chosen = run.rows & ImportRow.person_id.is_not(None)
    rows = (
        select(literal(cohort.id), ImportRow.person_id, literal(now, UtcDateTime())).where(chosen).distinct()
    )
    enrolled = session.connection().execute(
        sets.insert_new(session, Enrolment).from_select(["cohort_id", "person_id", "created_at"], rows)
    )
    low, high = session.execute(
        select(func.min(Enrolment.id), func.max(Enrolment.id)).where(
            Enrolment.cohort_id == cohort.id,
            Enrolment.person_id.in_(select(ImportRow.person_id).where(chosen)),
        )
    ).one()
    if low is not None:
        drafting.draft(session, cohort=cohort, enrolments=(low, high), batch_id=run.batch.id, now=now)
    return enrolled.rowcount
