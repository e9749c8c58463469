"""Finds sessions that are over and whose attendance list nobody has brought in: the follow-ups wait for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, select
from sqlalchemy.orm import Session

from coachfollow.models import Attendance, Cohort, FollowUpPlan, Organisation, TrainingSession
from coachfollow.queries import worktimes
from coachfollow.queries.plan_heads import PlanHead
from coachfollow.rules import attending, worktime
from coachfollow.rules.kinds import AttendanceState, PlanState

AFTER_WORKING_DAYS = 2  # before that, whoever brings lists in is probably about to


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """The sessions of one group without a list, and whether any follow-up runs all the same."""

    days: tuple[date, ...]
    has_begun: bool

    @property
    def sentence(self) -> str:
        """Say it to those who bring lists in."""
        return attending.missing_list(self.days, has_begun=self.has_begun)


def awaits_list(cohort_id: SQLColumnExpression[int], now: datetime) -> ColumnElement[bool]:
    """Whether a group has a session that is over, and nothing is known of who was there."""
    return exists().where(
        TrainingSession.cohort_id == cohort_id, TrainingSession.ends_at <= now, ~_says(known=True)
    )


def is_awaited(session: Session, *, plan: PlanHead, now: datetime) -> bool:
    """Whether a plan waits for such a list."""
    if plan.state is not PlanState.DRAFT or plan.stop_reason is not None:
        return False
    waits = select(awaits_list(FollowUpPlan.cohort_id, now)).where(FollowUpPlan.id == plan.plan_id)
    return bool(session.scalar(waits))


def of_groups(
    session: Session, *, organisation_id: int, now: datetime, cohort_id: int | None = None
) -> Mapping[str, Missing]:
    """Give the groups whose list is missing two working days after a session, by public id."""
    has_begun = exists().where(FollowUpPlan.cohort_id == Cohort.id, FollowUpPlan.state != PlanState.DRAFT)
    chosen = (
        select(Cohort.public_id, TrainingSession.local_date, TrainingSession.zone, has_begun)
        .join(Cohort, Cohort.id == TrainingSession.cohort_id)
        .where(
            Cohort.organisation_id == organisation_id,
            TrainingSession.ends_at <= now,
            _says(known=False),
            ~_says(known=True),
        )
        .order_by(TrainingSession.position)
    )
    if cohort_id is not None:
        chosen = chosen.where(Cohort.id == cohort_id)
    rows = session.execute(chosen).all()
    if not rows:
        return {}
    house = session.get_one(Organisation, organisation_id)
    hours = worktimes.shared(
        session, organisation=house, week=house.working_week, region=house.holiday_region, now=now
    )
    found: dict[str, Missing] = {}
    for group, day, zone, begun in rows:
        if worktime.add_working_days(hours, day, AFTER_WORKING_DAYS) <= worktime.local(now, zone).date():
            days = found[group].days if group in found else ()
            found[group] = Missing(days=(*days, day), has_begun=begun)
    return found


def _says(*, known: bool) -> ColumnElement[bool]:
    """Whether lists say of somebody that they are invited to a session, or more than that."""
    invited = Attendance.state == AttendanceState.INVITED
    return exists().where(
        Attendance.training_session_id == TrainingSession.id, ~invited if known else invited
    )
