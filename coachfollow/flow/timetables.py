"""Gives draft plans their dates: once for a rhythm, one by one where leave or a roster sets people apart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import CTE, ColumnElement, Date, Integer, String, Time, exists, false, literal, select, true
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from coachfollow.extensions import UtcDateTime
from coachfollow.flow import preludes, sets
from coachfollow.models import Cohort, FollowUpPlan, Organisation, Person, Touchpoint
from coachfollow.queries import schedules, worktimes
from coachfollow.queries.schedules import Single
from coachfollow.rules import planning
from coachfollow.rules.cadence import Sessions, StepRule
from coachfollow.rules.kinds import TouchpointState
from coachfollow.rules.planning import Planned
from coachfollow.rules.worktime import Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class _Template:
    """What the plans of a cohort are made of."""

    cohort: Cohort
    steps: Mapping[int, StepRule]
    sessions: Sessions
    gone_by: frozenset[int]
    now: datetime

    def plan(self, *, hours: Hours, zone: str) -> tuple[tuple[int, Planned], ...]:
        """The dates of somebody, each with the id of its step."""
        ids = {rule.key: step_id for step_id, rule in self.steps.items()}
        found = planning.plan(tuple(self.steps.values()), sessions=self.sessions, week=hours, zone=zone)
        return tuple((ids[one.step], one) for one in found)


def date(session: Session, *, cohort: Cohort, plans: ColumnElement[bool], now: datetime) -> None:
    """Give every chosen plan without dates its dates. No commit."""
    template = _Template(
        cohort=cohort,
        steps=schedules.steps(session, version_id=cohort.programme_version_id),
        sessions=schedules.sessions(session, cohort),
        gone_by=preludes.passed(session, cohort=cohort, now=now),
        now=now,
    )
    _date_rhythms(session, template, plans)
    for some in sets.chunks(schedules.single(session, where=plans, now=now)):
        _date_singly(session, template, some)


def _date_rhythms(session: Session, template: _Template, plans: ColumnElement[bool]) -> None:
    organisation = session.get_one(Organisation, template.cohort.organisation_id)
    for rhythm in schedules.rhythms(session, where=plans, now=template.now):
        hours = worktimes.shared(
            session, organisation=organisation, week=rhythm.week, region=rhythm.region, now=template.now
        )
        dates = _dates(
            template.plan(hours=hours, zone=rhythm.zone), gone_by=template.gone_by, now=template.now
        )
        alike = plans & schedules.alike(rhythm, organisation=organisation, now=template.now)
        session.execute(sets.insert_new(session, Touchpoint).from_select(COLUMNS, _touchpoints(dates, alike)))


def _date_singly(session: Session, template: _Template, people: Sequence[Single]) -> None:
    hours = worktimes.of_people(session, ids=[one.person_id for one in people], now=template.now)
    found = [
        (one.plan_id, template.cohort.id, 1, False, *row)
        for one in people
        for row in rows(
            template.plan(hours=hours[one.person_id], zone=one.zone),
            gone_by=template.gone_by,
            now=template.now,
        )
    ]
    sets.bulk_new(session.connection(), Touchpoint, COLUMNS, found)


_STEP_COLUMNS: dict[str, TypeEngine[Any]] = {
    "step_id": Integer(),
    "kind": String(),
    "audience": String(),
    "local_date": Date(),
    "local_time": Time(),
    "zone": String(),
    "due_at": UtcDateTime(),
    "grace_until": UtcDateTime(),
    "closes_at": UtcDateTime(),
    "why": String(),
    "state": String(),
    "state_reason": String(),
    "settled_at": UtcDateTime(),
}
COLUMNS = ["plan_id", "cohort_id", "n", "undeliverable", *_STEP_COLUMNS]


def _touchpoints(dates: CTE, plans: ColumnElement[bool]) -> sets.AnySelect:
    """Plans × the dates of their rhythm, for those that have none yet."""
    bare = ~exists().where(Touchpoint.plan_id == FollowUpPlan.id)
    return (
        select(
            FollowUpPlan.id,
            FollowUpPlan.cohort_id,
            literal(1),
            false(),
            *(dates.c[name] for name in _STEP_COLUMNS),
        )
        .join(Person, Person.id == FollowUpPlan.person_id)
        # outer keeps SQLite from walking all the plans once for every date; there are always dates
        .outerjoin(dates, true())
        .where(plans, bare)
    )


@lru_cache(maxsize=128)
def _dates(planned: tuple[tuple[int, Planned], ...], *, gone_by: frozenset[int], now: datetime) -> CTE:
    """The dates of a rhythm as a table; every chunk of a file has the same rhythms."""
    return sets.few_rows("dates", _STEP_COLUMNS, list(rows(planned, gone_by=gone_by, now=now)))


def rows(
    planned: Iterable[tuple[int, Planned]], *, gone_by: frozenset[int], now: datetime
) -> Iterable[tuple[object, ...]]:
    """What is stored of each date.

    What led up to a day that has come is skipped from the first, as the flip would skip it person by person.
    """
    for step_id, one in planned:
        yield (step_id, *_row(one), *_standing(one, is_gone_by=step_id in gone_by, now=now))


def _standing(one: Planned, *, is_gone_by: bool, now: datetime) -> tuple[str, str | None, datetime | None]:
    if is_gone_by:
        return TouchpointState.CANCELLED.value, preludes.PASSED, now
    if one.excused is not None:
        return TouchpointState.EXCUSED.value, one.excused, now
    return TouchpointState.PLANNED.value, None, None


def _row(one: Planned) -> tuple[object, ...]:
    return (
        one.kind.value,
        one.audience.value,
        one.local_date,
        one.local_time,
        one.zone,
        one.due_at,
        one.grace_until,
        one.closes_at,
        one.why,
    )
