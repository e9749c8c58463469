"""Reads what the invented people of the demo could act on: questions, meetings that are over, words unread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, aliased

from coachfollow.models import (
    Answer,
    CheckIn,
    Coaching,
    Event,
    FollowUpPlan,
    Message,
    Person,
    Step,
    Touchpoint,
)
from coachfollow.queries import coached
from coachfollow.rules.kinds import (
    CheckInState,
    MessageKind,
    MessageState,
    PlanState,
    StepKind,
    TouchpointState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A question that lies in somebody's mailbox: since when, and since when its last reminder."""

    touchpoint_id: int
    plan_id: int
    step: str
    kind: StepKind
    closes_at: datetime
    person_id: int
    email: str
    zone: str
    sent_at: datetime
    reminded_at: datetime | None
    going_since: datetime
    is_own: bool  # about their own plan; a manager is asked about somebody else's

    @property
    def asked_at(self) -> datetime:
        """Since when it waits for an answer: what came before a pause waits again from its end on."""
        return max(self.sent_at, self.going_since)

    @property
    def is_after_pause(self) -> bool:
        """Whether it was sent before its plan went on again."""
        return self.going_since > self.sent_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A meeting that is over and that its coach has not spoken of."""

    check_in_id: int
    email: str
    coach: str
    step: str
    day: int  # how long after the training it was to be
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """What people have told their coach about one plan, and the coach has not read."""

    plan_id: int
    coach_id: int
    coach: str
    told_at: datetime  # the oldest of it


def waiting(session: Session) -> Sequence[Waiting]:
    """Give every open question that reached somebody and has no answer yet, the oldest first."""
    rows = session.execute(
        select(
            Touchpoint.id,
            Touchpoint.plan_id,
            Step.key,
            Touchpoint.kind,
            Touchpoint.closes_at,
            Person.id,
            Person.email,
            Person.zone,
            func.min(Message.settled_at),
            func.max(case((Message.n > 0, Message.settled_at))),
            FollowUpPlan.state_at,
            FollowUpPlan.person_id == Person.id,
        )
        .join(Step, Step.id == Touchpoint.step_id)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Message, Message.touchpoint_id == Touchpoint.id)
        .join(Person, Person.id == Message.person_id)
        .outerjoin(Answer, (Answer.touchpoint_id == Touchpoint.id) & (Answer.person_id == Person.id))
        .where(
            Touchpoint.state == TouchpointState.OPEN,
            FollowUpPlan.state.not_in([PlanState.PAUSED, PlanState.STOPPED]),
            Touchpoint.kind.not_in([StepKind.PROMPT, StepKind.CHECK_IN]),
            Message.state == MessageState.SENT,
            Message.kind != MessageKind.ANNOUNCEMENT,
            Answer.id.is_(None),
        )
        .group_by(Touchpoint.id, Step.key, Person.id, FollowUpPlan.id)
        .order_by(func.min(Message.settled_at), Touchpoint.id)
    )
    return [Waiting(**dict(zip(Waiting.__slots__, row, strict=True))) for row in rows]


def over(session: Session, *, now: datetime) -> Sequence[Over]:
    """Give the meetings that are over, the earliest first."""
    coach = aliased(Person)
    rows = session.execute(
        select(CheckIn.id, Person.email, coach.email, Step.key, Step.offset_days, CheckIn.ends_at)
        .join(Touchpoint, Touchpoint.id == CheckIn.touchpoint_id)
        .join(Step, Step.id == Touchpoint.step_id)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(coach, coach.id == CheckIn.coach_id)
        .where(CheckIn.state == CheckInState.PLACED, CheckIn.ends_at <= now)
        .where(Touchpoint.state == TouchpointState.OPEN)
        .order_by(CheckIn.ends_at, CheckIn.id)
    )
    return [
        Over(check_in_id=check_in, email=email or "", coach=by or "", step=step, day=day, ended_at=ended_at)
        for check_in, email, by, step, day, ended_at in rows
        if ended_at
    ]


def unread(session: Session) -> Sequence[Unread]:
    """Give the plans about which a coach has something to read, whoever told it."""
    read = (
        select(func.max(Event.at))
        .where(Event.plan_id == Touchpoint.plan_id, Event.name == coached.READ)
        .correlate(Touchpoint)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Touchpoint.plan_id, Person.id, Person.email, func.min(Answer.changed_at))
        .join(Touchpoint, Touchpoint.id == Answer.touchpoint_id)
        .join(Coaching, (Coaching.plan_id == Touchpoint.plan_id) & Coaching.to_at.is_(None))
        .join(Person, Person.id == Coaching.coach_id)
        .where(Touchpoint.kind != StepKind.COMMITMENT)
        .where(or_(read.is_(None), Answer.changed_at > read))
        .group_by(Touchpoint.plan_id, Person.id)
        .order_by(func.min(Answer.changed_at), Touchpoint.plan_id)
    )
    return [
        Unread(plan_id=plan, coach_id=coach_id, coach=coach or "", told_at=told_at)
        for plan, coach_id, coach, told_at in rows
    ]
