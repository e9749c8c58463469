"""Reads whose time has come and whose is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from coachfollow.extensions import UtcDateTime
from coachfollow.models import CalendarFeed, Cohort, FollowUpPlan, Person, Reporting, Step, Touchpoint
from coachfollow.queries import meetings, relations
from coachfollow.rules.kinds import Audience, Pace, PlanState, StepKind, StopReason, TouchpointState


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A touchpoint whose time has come, with what its mails need to be made."""

    touchpoint_id: int
    plan_id: int
    kind: StepKind
    audience: Audience
    due_at: datetime
    closes_at: datetime
    local_date: date
    local_time: time
    zone: str
    reminders: str
    began_at: datetime
    organisation_id: int
    person_id: int
    manager_id: int | None
    reachable: bool
    announced: bool
    silent: bool
    pace: Pace | None
    in_calendar: bool  # a reminder that stands in its person's calendar


class Over(NamedTuple):
    """A touchpoint whose time is over.

    One that found no time was a meeting, and its person can be reached; one that found nobody is a manager's, and
    none is left who could be asked.
    """

    touchpoint_id: int
    plan_id: int
    found_no_time: bool
    found_nobody: bool


def opening(session: Session, *, now: datetime, most: int) -> Sequence[Due]:
    """Give planned touchpoints whose time has come, oldest first, held: what somebody else changes now comes later.

    Of a draft only what comes before the training; of a plan that came to its end only the unprompted check.
    """
    rows = session.execute(_opening(), {"now": now, "today": now.date(), "most": most})
    return [Due(**dict(zip(Due.__slots__, row, strict=True))) for row in rows]


def closing(session: Session, *, now: datetime, most: int) -> Sequence[Over]:
    """Give open touchpoints whose time is over, held; nothing closes during a pause."""
    rows = session.execute(_closing(), {"now": now, "today": now.date(), "most": most})
    return [Over._make(row) for row in rows]


# every drain asks these: they are put together once, with the moment left open
_NOW = bindparam("now", type_=UtcDateTime())
_TODAY = bindparam("today", type_=Date())
_MOST = bindparam("most", type_=Integer())
_MANAGER = aliased(Person)


@cache
def _opening() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Touchpoint.id,
            Touchpoint.plan_id,
            Touchpoint.kind,
            Touchpoint.audience,
            Touchpoint.due_at,
            Touchpoint.closes_at,
            Touchpoint.local_date,
            Touchpoint.local_time,
            Touchpoint.zone,
            Step.reminders,
            FollowUpPlan.state_at,
            Person.organisation_id,
            Person.id,
            _MANAGER.id,
            _reachable(Person).label("reachable"),
            Cohort.announced,
            FollowUpPlan.silent_since.is_not(None).label("silent"),
            FollowUpPlan.pace,
            and_(STANDS_THERE, relations.works_on(Person, _TODAY)).label("in_calendar"),
        )
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(Step, Step.id == Touchpoint.step_id)
        .join(Cohort, Cohort.id == Touchpoint.cohort_id)
        .outerjoin(Reporting, (Reporting.person_id == Person.id) & Reporting.to_at.is_(None))
        .outerjoin(_MANAGER, (_MANAGER.id == Reporting.manager_id) & _reachable(_MANAGER))
        .where(Touchpoint.state == TouchpointState.PLANNED, Touchpoint.due_at <= _NOW, RUNNING)
        .order_by(Touchpoint.due_at)
        .limit(_MOST)
        .with_for_update(of=[Touchpoint, FollowUpPlan], skip_locked=True, key_share=True)
    )


@cache
def _closing() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Touchpoint.id,
            Touchpoint.plan_id,
            and_(meetings.WITHOUT_A_TIME, Touchpoint.undeliverable.is_(False)).label("found_no_time"),
            and_(Touchpoint.audience == Audience.MANAGER, ~_MANAGED).label("found_nobody"),
        )
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .where(Touchpoint.state == TouchpointState.OPEN, Touchpoint.closes_at <= _NOW)
        .where(FollowUpPlan.state != PlanState.PAUSED)
        .order_by(Touchpoint.closes_at)
        .limit(_MOST)
        .with_for_update(of=[Touchpoint, FollowUpPlan], skip_locked=True, key_share=True)
    )


def _reachable(person: type[Person]) -> ColumnElement[bool]:
    """Whether mails can reach somebody; who leaves next month still works here."""
    return and_(
        person.email.is_not(None), person.undeliverable_at.is_(None), relations.works_on(person, _TODAY)
    )


# by somebody who can be asked
_MANAGED = exists().where(
    Reporting.person_id == FollowUpPlan.person_id,
    Reporting.to_at.is_(None),
    Reporting.manager_id == _MANAGER.id,
    _reachable(_MANAGER),
)
# somebody chose it, and has an address that still holds: whoever ended all their links gets mails again
IN_CALENDAR = and_(
    FollowUpPlan.calendar_since.is_not(None),
    exists().where(CalendarFeed.plan_id == FollowUpPlan.id, CalendarFeed.person_version == Person.version),
)
# a reminder of theirs; one whose time had come before they chose is in no calendar (`feeds.shown`)
STANDS_THERE = and_(
    Touchpoint.kind == StepKind.PROMPT, IN_CALENDAR, Touchpoint.due_at > FollowUpPlan.calendar_since
)

RUNNING = or_(
    FollowUpPlan.state == PlanState.ACTIVE,
    and_(
        FollowUpPlan.state == PlanState.DRAFT,
        FollowUpPlan.stop_reason.is_(None),
        Touchpoint.audience == Audience.MANAGER,
        Step.offset_days < 0,
        relations.is_listed(FollowUpPlan.enrolment_id),
    ),
    and_(
        or_(FollowUpPlan.state == PlanState.FINISHED, FollowUpPlan.stop_reason == StopReason.ENDED),
        Touchpoint.kind == StepKind.UNPROMPTED,
    ),
)
