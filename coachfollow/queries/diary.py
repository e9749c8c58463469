"""Reads a coach's weeks: the meetings and follow-ups of their own people between two moments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, literal, or_, select
from sqlalchemy.orm import Session

from coachfollow.extensions import UtcDateTime
from coachfollow.models import CheckIn, Coaching, FollowUpPlan, Person, Touchpoint
from coachfollow.queries import meetings
from coachfollow.rules.kinds import TO_COME, Audience, CheckInState, PlanState, StepKind

_STANDS = frozenset({CheckInState.PLACED, CheckInState.HELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """One follow-up of one of a coach's people: a meeting, or what is asked of them."""

    plan: str
    name: str
    follow_up: int
    kind: StepKind
    audience: Audience
    at: datetime
    meeting: CheckInState | None

    @property
    def is_meeting(self) -> bool:
        """Whether it is a meeting that has a time."""
        return self.kind is StepKind.CHECK_IN and self.meeting in _STANDS

    @property
    def wants_a_time(self) -> bool:
        """Whether it is a meeting that has none yet."""
        return self.kind is StepKind.CHECK_IN and self.meeting not in _STANDS


def of_coach(
    session: Session, *, coach_id: int, since: datetime, until: datetime, now: datetime
) -> Sequence[Dated]:
    """Give what comes to those whom somebody coaches now, and the meetings that took place, in order of time.

    Of a draft and of a running follow-up; what a pause holds back has no day yet. A meeting whose day has passed
    without a time for it wants one now.
    """
    at, to_come = _moment(now), Touchpoint.state.in_(TO_COME)
    running = FollowUpPlan.state.in_([PlanState.DRAFT, PlanState.ACTIVE])
    rows = session.execute(
        select(
            FollowUpPlan.public_id,
            Person.name,
            Touchpoint.id,
            Touchpoint.kind,
            Touchpoint.audience,
            at,
            CheckIn.state,
        )
        .join(Coaching, Coaching.plan_id == FollowUpPlan.id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(Touchpoint, Touchpoint.plan_id == FollowUpPlan.id)
        .outerjoin(CheckIn, CheckIn.touchpoint_id == Touchpoint.id)
        .where(
            Coaching.coach_id == coach_id,
            Coaching.to_at.is_(None),
            at >= since,
            at < until,
            or_(running & to_come, CheckIn.state == CheckInState.HELD),
        )
        .order_by(at, Person.name, Touchpoint.id)
    )
    return [
        Dated(
            plan=plan,
            name=name or "somebody",
            follow_up=follow_up,
            kind=kind,
            audience=audience,
            at=at,
            meeting=meeting,
        )
        for plan, name, follow_up, kind, audience, at, meeting in rows
    ]


def _moment(now: datetime) -> ColumnElement[datetime]:
    """When something is to come: for a meeting whose day has passed without a time, now."""
    late = and_(
        meetings.WITHOUT_A_TIME,
        Touchpoint.state.in_(TO_COME),
        FollowUpPlan.state == PlanState.ACTIVE,
        Touchpoint.due_at < now,
        Touchpoint.closes_at > now,
    )
    return case((late, literal(now, UtcDateTime())), else_=Touchpoint.due_at)
