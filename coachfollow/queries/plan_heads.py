"""Reads what stands at the top of one plan's pages: whose it is, where it belongs and how it stands; no texts."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, aliased

from coachfollow.errors import NotFound
from coachfollow.models import (
    Coaching,
    Cohort,
    FollowUpPlan,
    Person,
    ProgrammeText,
    ProgrammeVersion,
    Reporting,
)
from coachfollow.queries import due, tempos
from coachfollow.queries.tempos import Chosen
from coachfollow.rules import languages
from coachfollow.rules.kinds import PlanState, StopReason


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanHead:
    """Whose plan it is, where it belongs and how it stands."""

    plan_id: int
    public_id: str
    person_id: int
    participant: str
    email: str | None
    zone: str
    group: str
    group_id: str
    programme: str
    programme_language: str  # that title is written in
    coach_id: int | None
    coach: str
    coach_zone: str
    manager: str
    state: PlanState
    state_at: datetime
    stop_reason: StopReason | None
    paused_until: date | None
    silent_since: datetime | None
    back_at: datetime | None
    silent_after: int | None
    tempo: Chosen  # the rhythm of their own, and what of it they may choose
    is_undeliverable: bool
    is_in_calendar: bool  # reminders come there: it was chosen, and its address holds


def of(session: Session, *, public_id: str, locale: str | None = None) -> PlanHead:
    """Give what stands at the top of a plan's page, in this language or its person's; raises NotFound."""
    rows = session.execute(_heads(), {"public_id": public_id}).all()
    if not rows:
        raise NotFound("There is no such follow-up.")
    (
        plan,
        person,
        cohort,
        coach_id,
        coach_name,
        coach_zone,
        manager_name,
        language,
        silent_after,
        allows,
        is_in_calendar,
        *_,
    ) = rows[0]
    title = languages.best({row.locale: row for row in rows}, locale=locale or person.locale, own=language)
    return PlanHead(
        plan_id=plan.id,
        public_id=plan.public_id,
        person_id=person.id,
        participant=person.name or "",
        email=person.email,
        zone=person.zone,
        group=cohort.title,
        group_id=cohort.public_id,
        programme=title.title,
        programme_language=title.locale,
        coach_id=coach_id,
        coach=coach_name or "",
        coach_zone=coach_zone or person.zone,
        manager=manager_name or "",
        state=plan.state,
        state_at=plan.state_at,
        stop_reason=plan.stop_reason,
        paused_until=plan.paused_until,
        silent_since=plan.silent_since,
        back_at=plan.back_at,
        silent_after=silent_after,
        tempo=tempos.chosen(plan, allows=allows),
        is_undeliverable=person.undeliverable_at is not None,
        is_in_calendar=bool(is_in_calendar),
    )


@cache
def _heads() -> Select[*tuple[Any, ...]]:
    """A plan with everybody around it, once for each language of its programme."""
    coach, manager = aliased(Person), aliased(Person)
    return (
        select(
            FollowUpPlan,
            Person,
            Cohort,
            coach.id,
            coach.name,
            coach.zone,
            manager.name,
            ProgrammeVersion.language,
            ProgrammeVersion.silent_after,
            ProgrammeVersion.allows,
            due.IN_CALENDAR,
            ProgrammeText.locale,
            ProgrammeText.title,
        )
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(Cohort, Cohort.id == FollowUpPlan.cohort_id)
        .join(ProgrammeVersion, ProgrammeVersion.id == FollowUpPlan.programme_version_id)
        .join(ProgrammeText, ProgrammeText.version_id == ProgrammeVersion.id)
        .outerjoin(Coaching, (Coaching.plan_id == FollowUpPlan.id) & Coaching.to_at.is_(None))
        .outerjoin(coach, coach.id == Coaching.coach_id)
        .outerjoin(Reporting, (Reporting.person_id == Person.id) & Reporting.to_at.is_(None))
        .outerjoin(manager, manager.id == Reporting.manager_id)
        .where(FollowUpPlan.public_id == bindparam("public_id"))
    )
