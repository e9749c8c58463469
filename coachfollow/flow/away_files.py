"""Keeps the rosters and the leave that a file brings, in sets, and moves what is planned for those days."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import Session

from coachfollow.errors import Invalid
from coachfollow.flow import away, history, sets
from coachfollow.intake.words import Problem
from coachfollow.intake.worktime_files import LeaveReading, LeaveRow, RosterReading, RosterRow
from coachfollow.models import FollowUpPlan, LeaveSpell, RosterDay, Touchpoint
from coachfollow.queries import matching


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a file brought: how many people, how many entries new or changed, how many plans changed by it."""

    people: int
    entries: int
    plans: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What of a file is about people who are here, and the lines that are not."""

    days: Sequence[tuple[int, RosterRow]] = ()
    leave: Sequence[tuple[int, LeaveRow]] = ()
    problems: tuple[Problem, ...]

    @property
    def people(self) -> Sequence[int]:
        """Whom it is about, each once."""
        return sorted({person_id for person_id, _ in (*self.days, *self.leave)})


def recognise_roster(session: Session, *, organisation_id: int, reading: RosterReading) -> Known:
    """Say whose days these are; nothing is written."""
    people = _people(session, organisation_id, {row.email for row in reading.rows})
    days = [(people[row.email], row) for row in reading.rows if row.email in people]
    strangers = _strangers(reading.rows, people)
    return Known(days=days, problems=_in_order(*reading.problems, *strangers))


def recognise_leave(session: Session, *, organisation_id: int, reading: LeaveReading, today: date) -> Known:
    """Say whose leave this is, without what is over; nothing is written."""
    people = _people(session, organisation_id, {row.email for row in reading.rows})
    refused = list(_refused((row for row in reading.rows if row.email in people), today))
    lines = {one.line for one in refused}
    leave = [
        (people[row.email], row) for row in reading.rows if row.email in people and row.line not in lines
    ]
    strangers = _strangers(reading.rows, people)
    return Known(leave=leave, problems=_in_order(*reading.problems, *refused, *strangers))


def keep_roster(
    session: Session, *, organisation_id: int, known: Known, now: datetime, actor_id: int | None
) -> Kept:
    """Keep the hours of these days in place of what was known of them; the same file twice changes nothing."""
    rows = [{"person_id": one, "day": row.day, "hours": row.hours} for one, row in known.days]
    entries = sum(_put(session, chunk) for chunk in sets.chunks(rows))
    if entries:
        about = {"people": len(known.people), "days": entries}
        history.record(
            session, "roster kept", at=now, organisation_id=organisation_id, actor_id=actor_id, **about
        )
    session.commit()
    rostered = exists().where(
        RosterDay.person_id == FollowUpPlan.person_id, RosterDay.day == Touchpoint.local_date
    )
    plans = _fit(session, known, rostered, now=now, actor_id=actor_id)
    return Kept(people=len(known.people), entries=entries, plans=plans, problems=known.problems)


def keep_leave(
    session: Session, *, organisation_id: int, known: Known, now: datetime, actor_id: int | None
) -> Kept:
    """Keep when these people are away, each leave once, with an event for each person."""
    leave = {(one, row.leave) for one, row in known.leave}
    new = away.enter(session, leave, organisation_id=organisation_id, now=now, actor_id=actor_id)
    session.commit()
    covered = exists().where(
        LeaveSpell.person_id == FollowUpPlan.person_id,
        LeaveSpell.withdrawn_at.is_(None),
        Touchpoint.local_date.between(LeaveSpell.first_day, LeaveSpell.last_day),
    )
    plans = _fit(session, known, covered, now=now, actor_id=actor_id)
    return Kept(people=len(known.people), entries=new, plans=plans, problems=known.problems)


def _people(session: Session, organisation_id: int, emails: Iterable[str]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for chunk in sets.chunks(sorted(emails)):
        found |= matching.by_email(session, organisation_id=organisation_id, emails=chunk)
    return found


def _strangers(rows: Sequence[RosterRow | LeaveRow], people: Mapping[str, int]) -> Iterator[Problem]:
    for row in rows:
        if row.email not in people:
            yield Problem(
                line=row.line, column="person", sentence=f"Nobody here has the address “{row.email}”."
            )


def _refused(rows: Iterable[LeaveRow], today: date) -> Iterator[Problem]:
    for row in rows:
        one = row.leave
        try:
            away.spell(
                first=one.first,
                last=one.last,
                from_noon=one.from_noon,
                until_noon=one.until_noon,
                today=today,
            )
        except Invalid as refusal:
            yield Problem(line=row.line, column="last", sentence=refusal.sentence)


def _in_order(*problems: Problem) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda one: one.line))


def _put(session: Session, rows: Sequence[Mapping[str, object]]) -> int:
    said = sets.insert(session, RosterDay).values(rows)
    put = said.on_conflict_do_update(
        index_elements=[RosterDay.person_id, RosterDay.day],
        set_={"hours": said.excluded.hours},
        where=RosterDay.hours != said.excluded.hours,
    )
    return session.connection().execute(put).rowcount


def _fit(
    session: Session, known: Known, days: ColumnElement[bool], *, now: datetime, actor_id: int | None
) -> int:
    return sum(
        away.fit(session, FollowUpPlan.person_id.in_(chunk) & days, now=now, actor_id=actor_id)
        for chunk in sets.chunks(known.people)
    )
