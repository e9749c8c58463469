"""Reads what planning needs: a programme version's steps, a cohort's sessions, who shares a rhythm."""

import json
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from coachfollow.models import (
    Cohort,
    FollowUpPlan,
    Person,
    ProgrammeVersion,
    Step,
    Touchpoint,
    TrainingSession,
)
from coachfollow.rules.planning import Sessions, StepRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """What two people must share for their dates to be the same."""

    zone: str
    week: str


def steps(session: Session, *, version_id: int) -> dict[int, StepRule]:
    """Give a version's steps by their id."""
    rows = session.scalars(select(Step).where(Step.version_id == version_id).order_by(Step.position))
    return {row.id: _rule(row) for row in rows}


def sessions(session: Session, cohort: Cohort) -> Sessions:
    """Give the local days of a cohort's sessions and which of them anchors its follow-ups."""
    days = session.scalars(
        select(TrainingSession.local_date)
        .where(TrainingSession.cohort_id == cohort.id)
        .order_by(TrainingSession.position)
    ).all()
    anchor = session.get_one(ProgrammeVersion, cohort.programme_version_id).anchor
    return Sessions(days=tuple(days), anchor=_anchor(anchor, len(days)))


def rhythms(session: Session, *, where: ColumnElement[bool]) -> list[Rhythm]:
    """Give the rhythms of the plans that match and have no dates yet."""
    bare = ~exists().where(Touchpoint.plan_id == FollowUpPlan.id)
    rows = session.execute(
        select(Person.zone, Person.working_week)
        .join(FollowUpPlan, FollowUpPlan.person_id == Person.id)
        .where(where, bare)
        .distinct()
    )
    return [Rhythm(zone=zone, week=week) for zone, week in rows]


def _rule(row: Step) -> StepRule:
    return StepRule(
        key=row.key,
        kind=row.kind,
        audience=row.audience,
        anchor=row.anchor,
        offset_days=row.offset_days,
        at=row.local_time,
        open_days=row.open_days,
        reminders=tuple(json.loads(row.reminders)),
        mandatory=row.mandatory,
    )


def _anchor(name: str, sessions: int) -> int:
    match name:
        case "first":
            return 0
        case "last":
            return sessions - 1
        case number:
            return min(int(number), sessions) - 1
