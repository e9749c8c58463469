"""Reads the rows of a staged file: whom each means, what it says, what is in its way, what it changes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Text, case, func, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.expression import FunctionElement

from coachfollow.models import Attendance, Enrolment, ImportBatch, ImportRow, Person
from coachfollow.rules.kinds import AttendanceState

PAGE = 100


class Fate(StrEnum):
    """What becomes of a row, in the order in which a page lists them."""

    UNDECIDED = "undecided"
    PROBLEM = "problem"
    NEW = "new"
    MATCHED = "matched"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody a row may be."""

    public_id: str
    name: str
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a staged file: what it says, whom it means and what it changes."""

    line: int
    fate: Fate
    name: str
    email: str | None
    person: str
    person_email: str | None
    coach: str
    new_coach: str  # an address that nobody here has yet
    state: AttendanceState | None
    minutes: int | None
    before: AttendanceState | None  # as an earlier list has it
    before_minutes: int | None
    problem: str | None
    candidates: tuple[Candidate, ...]

    @property
    def corrects(self) -> bool:
        """Whether an earlier list says otherwise."""
        return self.before not in {None, AttendanceState.INVITED, self.state}

    @property
    def kept_minutes(self) -> int | None:
        """The minutes of an earlier list that stay, because this one names none and says the same."""
        return self.before_minutes if self.minutes is None and self.before is self.state else None


def wanted(batch_id: int) -> ColumnElement[bool]:
    """The rows of a file that nothing is in the way of and nobody left out."""
    return (ImportRow.batch_id == batch_id) & ImportRow.problem.is_(None) & ImportRow.skipped.is_(False)


def usable(batch_id: int) -> ColumnElement[bool]:
    """The rows of a file that are carried out: those wanted, of people who are known by now."""
    return wanted(batch_id) & ImportRow.person_id.is_not(None)


def counts(session: Session, *, batch_id: int) -> Mapping[Fate, int]:
    """Count the rows of a staged file by what becomes of them."""
    fate = _fate()
    rows = session.execute(select(fate, func.count()).where(ImportRow.batch_id == batch_id).group_by(fate))
    return {Fate(name): n for name, n in rows}


def rows(
    session: Session, *, batch_id: int, fate: Fate | None = None, limit: int = PAGE, offset: int = 0
) -> Sequence[Row]:
    """Give rows of a staged file: those that want a decision first, then by line."""
    coach = aliased(Person)
    chosen = (
        select(
            ImportRow, _fate(), Person.name, Person.email, coach.name, Attendance.state, Attendance.minutes
        )
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .outerjoin(Person, Person.id == ImportRow.person_id)
        .outerjoin(coach, coach.id == ImportRow.coach_id)
        .outerjoin(
            Enrolment,
            (Enrolment.cohort_id == ImportBatch.cohort_id) & (Enrolment.person_id == ImportRow.person_id),
        )
        .outerjoin(
            Attendance,
            (Attendance.enrolment_id == Enrolment.id)
            & (Attendance.training_session_id == ImportBatch.training_session_id),
        )
        .where(ImportRow.batch_id == batch_id)
        .order_by(_fate() != Fate.UNDECIDED.value, ImportRow.line)
        .limit(limit)
        .offset(offset)
    )
    if fate is not None:
        chosen = chosen.where(_fate() == fate.value)
    found = session.execute(chosen).all()
    people = _candidates(session, [row for row, *_ in found])
    return [
        Row(
            line=row.line,
            fate=Fate(what),
            name=row.name or "",
            email=row.email,
            person=name or "",
            person_email=email,
            coach=coach_name or "",
            new_coach="" if row.coach_id else json.loads(row.facts).get("coach", ""),
            state=row.state,
            minutes=row.minutes,
            before=before,
            before_minutes=before_minutes,
            problem=row.problem,
            candidates=tuple(people[one] for one in json.loads(row.suggestions) if one in people),
        )
        for row, what, name, email, coach_name, before, before_minutes in found
    ]


def new_coaches(session: Session, *, batch_id: int, limit: int = PAGE) -> Sequence[str]:
    """Give the addresses of coaches whom a file makes new people of: perhaps a slip of the hand."""
    address = fact("coach")
    found = session.scalars(
        select(address)
        .where(wanted(batch_id), ImportRow.coach_id.is_(None), address.is_not(None))
        .distinct()
        .order_by(address)
        .limit(limit)
    )
    return [one for one in found if one]


def fact(name: str) -> ColumnElement[Any]:
    """One of the facts that a row keeps: a text, or a list as JSON."""
    return _Fact(ImportRow.facts, literal_column(f"'{name}'"))


class _Fact(FunctionElement[str]):
    """One of the facts that a row keeps as JSON text."""

    type = Text()
    inherit_cache = True


@compiles(_Fact, "sqlite")
def _sqlite_fact(element: Any, compiler: Any, **keywords: Any) -> str:
    facts, name = (compiler.process(one, **keywords) for one in element.clauses)
    return f"json_extract({facts}, '$.' || {name})"


@compiles(_Fact, "postgresql")
def _postgresql_fact(element: Any, compiler: Any, **keywords: Any) -> str:
    facts, name = (compiler.process(one, **keywords) for one in element.clauses)
    return f"(CAST({facts} AS json) ->> {name})"


def problems(session: Session, *, batch_id: int) -> Sequence[tuple[int, str, str]]:
    """Give every row that is in the way: its line, the name it holds and the reason."""
    found = session.execute(
        select(ImportRow.line, ImportRow.name, ImportRow.problem)
        .where(ImportRow.batch_id == batch_id, ImportRow.problem.is_not(None))
        .order_by(ImportRow.line)
    )
    return [(line, name or "", problem or "") for line, name, problem in found]


def _fate() -> ColumnElement[str]:
    bad, skipped = ImportRow.problem.is_not(None), ImportRow.skipped
    return case(
        (bad & skipped, Fate.PROBLEM.value),
        (bad, Fate.UNDECIDED.value),
        (skipped, Fate.LEFT_OUT.value),
        (ImportRow.is_new, Fate.NEW.value),
        else_=Fate.MATCHED.value,
    )


def _candidates(session: Session, found: Sequence[ImportRow]) -> Mapping[int, Candidate]:
    ids = {one for row in found for one in json.loads(row.suggestions)}
    people = session.execute(
        select(Person.id, Person.public_id, Person.name, Person.email).where(Person.id.in_(ids))
    )
    return {
        person_id: Candidate(public_id=public_id, name=name or "", email=email)
        for person_id, public_id, name, email in people
    }
