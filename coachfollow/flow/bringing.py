"""Brings a run of a staged file's rows in: new people, enrolments with draft plans; nobody sees any of it yet."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal, select, update
from sqlalchemy.orm import Session

from coachfollow.extensions import UtcDateTime
from coachfollow.flow import belonging, drafting, people, sets
from coachfollow.models import Cohort, Enrolment, ImportBatch, ImportRow
from coachfollow.queries import matching, staged

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
        return staged.wanted(self.batch.id) & ImportRow.line.between(self.first, self.last)


def bring(session: Session, run: Run, *, cohort: Cohort, now: datetime) -> tuple[int, int]:
    """Bring everybody in; gives how many people and how many enrolments are new. No commit."""
    added = _add_people(session, run, now)
    _assign_coaches(session, run, now)
    belonging.take_of_newcomers(session, run.batch, run.rows, now=now)
    return added, _enrol(session, run, cohort, now)


def _add_people(session: Session, run: Run, now: datetime) -> int:
    """Add the people we do not know yet, and say on their rows who they are."""
    organisation_id = run.batch.organisation_id
    strangers = run.rows & ImportRow.person_id.is_(None) & ImportRow.email.is_not(None)
    rows = session.execute(select(ImportRow.email, ImportRow.name, ImportRow.facts).where(strangers))
    newcomers = {email: _newcomer(email, name, facts) for email, name, facts in rows if email}
    if not newcomers:
        return 0
    known = matching.by_email(session, organisation_id=organisation_id, emails=newcomers, unseen=True)
    if known:  # added meanwhile, by whatever else
        session.execute(
            update(ImportRow)
            .where(strangers, ImportRow.email.in_(list(known)))
            .values(is_new=False)
            .execution_options(synchronize_session=False)
        )
    added = people.add_many(session, organisation_id=organisation_id, newcomers=newcomers.values(), now=now)
    session.execute(
        update(ImportRow)
        .where(strangers)
        .values(person_id=people.whose_address(organisation_id, ImportRow.email))
        .execution_options(synchronize_session=False)
    )
    return added


def _newcomer(email: str, name: str | None, facts: str) -> people.Newcomer:
    said = json.loads(facts)
    return people.Newcomer(email=email, name=name, **{habit: said.get(habit) for habit in _HABITS})


def _assign_coaches(session: Session, run: Run, now: datetime) -> None:
    """Make people of the coaches whom nobody knows yet, and say on the rows who they are."""
    address = staged.fact("coach")
    rows = session.execute(
        select(ImportRow.id, address).where(run.rows, ImportRow.coach_id.is_(None), address.is_not(None))
    ).all()
    emails = {email for _, email in rows if email}
    ids = people.ids_of(session, organisation_id=run.batch.organisation_id, emails=emails, now=now)
    coaches = [{"id": row_id, "coach_id": ids[email]} for row_id, email in rows if email]
    if coaches:
        session.execute(update(ImportRow), coaches)


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
