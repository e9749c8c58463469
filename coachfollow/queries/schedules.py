"""Reads what planning needs: a programme version's steps, a cohort's sessions, who shares a rhythm."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select
from sqlalchemy.orm import Session

from coachfollow.models import (
    Cohort,
    FollowUpPlan,
    Organisation,
    Person,
    ProgrammeVersion,
    Step,
    Touchpoint,
    TrainingSession,
)
from coachfollow.queries import worktimes
from coachfollow.rules.cadence import Sessions, StepRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """What two people must share for their dates to be the same."""

    zone: str
    week: str
    region: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """A plan without dates, of somebody whose dates are nobody else's."""

    plan_id: int
    person_id: int
    zone: str


_STEPS = select(Step).where(Step.version_id == bindparam("its_version")).order_by(Step.position)
_DAYS = (
    select(TrainingSession.local_date)
    .where(TrainingSession.cohort_id == bindparam("its_cohort"))
    .order_by(TrainingSession.position)
)


def steps(session: Session, *, version_id: int) -> dict[int, StepRule]:
    """Give a version's steps by their id."""
    rows = session.scalars(_STEPS, {"its_version": version_id})
    return {row.id: rule(row) for row in rows}


def steps_of_plan(session: Session, *, plan_id: int) -> tuple[StepRule, ...]:
    """Give the steps that a plan is made of."""
    version = select(FollowUpPlan.programme_version_id).where(FollowUpPlan.id == plan_id).scalar_subquery()
    rows = session.scalars(select(Step).where(Step.version_id == version).order_by(Step.position))
    return tuple(map(rule, rows))


def sessions(session: Session, cohort: Cohort) -> Sessions:
    """Give the local days of a cohort's sessions and which of them anchors its follow-ups."""
    days = session.scalars(_DAYS, {"its_cohort": cohort.id}).all()
    anchor = session.get_one(ProgrammeVersion, cohort.programme_version_id).anchor
    return anchored(anchor, days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the plans of a group that have the same version are dated from."""

    steps: Mapping[int, StepRule]
    sessions: Sessions


def frames(session: Session, which: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], Frame]:
    """Give these frames by cohort and version, in three statements."""
    cohorts, versions = {one for one, _ in which}, {one for _, one in which}
    days, rules = defaultdict[int, list[date]](list), defaultdict[int, dict[int, StepRule]](dict)
    dated = select(TrainingSession.cohort_id, TrainingSession.local_date).where(
        TrainingSession.cohort_id.in_(cohorts)
    )
    for cohort_id, day in session.execute(dated.order_by(TrainingSession.position)):
        days[cohort_id].append(day)
    for step in session.scalars(select(Step).where(Step.version_id.in_(versions)).order_by(Step.position)):
        rules[step.version_id][step.id] = rule(step)
    named = select(ProgrammeVersion.id, ProgrammeVersion.anchor).where(ProgrammeVersion.id.in_(versions))
    anchors: dict[int, str] = {row.id: row.anchor for row in session.execute(named)}
    return {
        (cohort_id, version_id): Frame(
            steps=rules[version_id], sessions=anchored(anchors[version_id], days[cohort_id])
        )
        for cohort_id, version_id in which
    }


def anchored(anchor: str, days: Sequence[date]) -> Sessions:
    """Sessions on these days, counted from the one that a version names."""
    return Sessions(days=tuple(days), anchor=anchor_index(anchor, len(days)))


def rhythms(session: Session, *, where: ColumnElement[bool], now: datetime) -> list[Rhythm]:
    """Give the rhythms of the plans that match and have no dates yet, of all who have no days of their own."""
    rows = session.execute(
        select(Person.zone, Person.working_week, worktimes.REGION)
        .join(FollowUpPlan, FollowUpPlan.person_id == Person.id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(where, _BARE, ~worktimes.has_own_days(now))
        .distinct()
    )
    return [Rhythm(zone=zone, week=week, region=region) for zone, week, region in rows]


def alike(rhythm: Rhythm, *, organisation: Organisation, now: datetime) -> ColumnElement[bool]:
    """Whether somebody has this rhythm, and no days of their own."""
    return and_(
        Person.zone == rhythm.zone,
        Person.working_week == rhythm.week,
        func.coalesce(Person.holiday_region, organisation.holiday_region).is_not_distinct_from(rhythm.region),
        ~worktimes.has_own_days(now),
    )


def single(session: Session, *, where: ColumnElement[bool], now: datetime) -> Sequence[Single]:
    """Give the plans that match and have no dates yet, of all whom a leave or a roster sets apart."""
    rows = session.execute(
        select(FollowUpPlan.id, Person.id, Person.zone)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(where, _BARE, worktimes.has_own_days(now))
    )
    return [Single(plan_id=plan_id, person_id=person_id, zone=zone) for plan_id, person_id, zone in rows]


_BARE = ~exists().where(Touchpoint.plan_id == FollowUpPlan.id)


def rule(row: Step) -> StepRule:
    """Give a step as the rules take it."""
    return StepRule(
        key=row.key,
        kind=row.kind,
        audience=row.audience,
        anchor=row.anchor,
        offset_days=row.offset_days,
        day_kind=row.day_kind,
        at=row.local_time,
        open_days=row.open_days,
        reminders=tuple(json.loads(row.reminders)),
        mandatory=row.mandatory,
    )


def anchor_index(name: str, sessions: int) -> int:
    """Which of so many sessions an anchor means: “first”, “last” or a number, the last where there are fewer."""
    match name:
        case "first":
            return 0
        case "last":
            return sessions - 1
        case number:
            return min(int(number), sessions) - 1
