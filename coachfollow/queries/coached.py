"""Reads a coach's people: every plan they coach now, with what says that somebody needs them today."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from coachfollow.models import Answer, CheckIn, Coaching, Cohort, Event, FollowUpPlan, Person, Touchpoint
from coachfollow.queries import clashes, missing, relations
from coachfollow.queries.plan_heads import PlanHead
from coachfollow.queries.shared import Shared
from coachfollow.queries.timelines import Dated
from coachfollow.rules import attention, noticing
from coachfollow.rules.attention import Reason
from coachfollow.rules.kinds import PlanState, StepKind, StopReason, TouchpointState
from coachfollow.rules.noticing import Unread, Watched

READ = "answers read"  # the event that says how far a coach has read

_OVER = frozenset({PlanState.FINISHED, PlanState.STOPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """The next follow-up of a plan."""

    kind: StepKind
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Coached:
    """One plan of a coach: who, where it stands, what comes next, and why it needs the coach, if it does."""

    public_id: str
    participant: str
    email: str | None
    group: str
    state: PlanState
    stop_reason: StopReason | None
    paused_until: date | None
    next: Coming | None
    reasons: tuple[Reason, ...]
    awaits_list: bool  # the training is over, and nobody has said who was there

    @property
    def is_over(self) -> bool:
        """Whether nothing comes any more; whoever was not at the training is neither well nor unwell."""
        return self.state in _OVER or self.stop_reason is StopReason.ABSENT


def my_people(session: Session, *, coach_id: int, now: datetime) -> Sequence[Coached]:
    """Give every plan somebody coaches now: those that need them first, the most pressing before the others."""
    return people_of(session, coach_ids=[coach_id], now=now).get(coach_id, ())


def people_of(
    session: Session, *, coach_ids: Collection[int], now: datetime
) -> Mapping[int, Sequence[Coached]]:
    """Give every plan that these coach now, by coach, in the order of `my_people`; in seven statements."""
    is_seen = Coaching.plan_id.not_in(relations.unseen_plans())
    mine = Coaching.coach_id.in_(list(coach_ids)) & Coaching.to_at.is_(None) & is_seen
    dates, unread = _dates(session, mine), _unread(session, mine)
    misfits = _misfits(session, coach_ids, now)
    rows = session.execute(
        select(
            FollowUpPlan,
            Person.name,
            Person.email,
            Person.undeliverable_at,
            Cohort.title,
            Coaching.coach_id,
            missing.awaits_list(FollowUpPlan.cohort_id, now),
        )
        .join(Coaching, Coaching.plan_id == FollowUpPlan.id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(Cohort, Cohort.id == FollowUpPlan.cohort_id)
        .where(mine)
    )
    people: defaultdict[int, list[Coached]] = defaultdict(list)
    for plan, name, email, gone_since, group, coach_id, is_without_list in rows:
        waits = is_without_list and plan.state is PlanState.DRAFT and plan.stop_reason is None
        signs = noticing.signs(
            dates[plan.id],
            unread[plan.id],
            plan_state=plan.state,
            is_silent=plan.silent_since is not None,
            back_at=plan.back_at,
            is_unreachable=gone_since is not None,
            misfits=misfits,
            now=now,
        )
        one = Coached(
            public_id=plan.public_id,
            participant=name or "",
            email=email,
            group=group,
            state=plan.state,
            stop_reason=plan.stop_reason,
            paused_until=plan.paused_until,
            next=None if waits or plan.state is PlanState.PAUSED else _next(dates[plan.id], now),
            reasons=attention.reasons(signs),
            awaits_list=waits,
        )
        people[coach_id].append(one)
    return {coach_id: sorted(theirs, key=_pressing) for coach_id, theirs in people.items()}


def _pressing(one: Coached) -> tuple[tuple[int, int], str]:
    return attention.urgency(one.reasons), one.participant.casefold()


def reasons(
    head: PlanHead,
    dates: Sequence[Dated],
    *,
    answers: Sequence[Shared],
    read_at: datetime | None,
    now: datetime,
) -> tuple[Reason, ...]:
    """Give why one plan needs its coach, from what its page has read already."""
    known = [
        Watched(
            id=one.id,
            plan_id=head.plan_id,
            kind=one.kind,
            audience=one.audience,
            state=one.state,
            due_at=one.due_at,
            day=one.local_date,
            undeliverable=one.is_undeliverable,
            meeting=one.meeting,
            ends_at=one.ends_at,
            why_unplaced=one.why_unplaced,
            settled_at=one.settled_at,
        )
        for one in dates
    ]
    unread = [
        Unread(head.plan_id, one.barrier, one.audience, bool(one.note))
        for one in reversed(answers)
        if (one.barrier or one.note) and (read_at is None or one.changed_at > read_at)
    ]
    signs = noticing.signs(
        known,
        unread,
        plan_state=head.state,
        is_silent=head.silent_since is not None,
        back_at=head.back_at,
        is_unreachable=head.is_undeliverable,
        misfits={},
        now=now,
    )
    return attention.reasons(signs)


Row = TypeVar("Row", Watched, Unread)


def _dates(session: Session, mine: ColumnElement[bool]) -> Mapping[int, list[Watched]]:
    rows = session.execute(
        select(
            Touchpoint.id,
            Touchpoint.plan_id,
            Touchpoint.kind,
            Touchpoint.audience,
            Touchpoint.state,
            Touchpoint.due_at,
            Touchpoint.local_date,
            Touchpoint.undeliverable,
            CheckIn.state,
            CheckIn.ends_at,
            CheckIn.reason,
            Touchpoint.settled_at,
        )
        .join(Coaching, Coaching.plan_id == Touchpoint.plan_id)
        .outerjoin(CheckIn, CheckIn.touchpoint_id == Touchpoint.id)
        .where(mine)
        .order_by(Touchpoint.plan_id, Touchpoint.due_at, Touchpoint.id)
    )
    return _by_plan(Watched._make(row) for row in rows)


def _unread(session: Session, mine: ColumnElement[bool]) -> Mapping[int, list[Unread]]:
    """Answers given or changed since the coach last said that they had read everything."""
    read = (
        select(func.max(Event.at))
        .where(Event.plan_id == Touchpoint.plan_id, Event.name == READ, Event.actor_id == Coaching.coach_id)
        .correlate(Touchpoint, Coaching)
        .scalar_subquery()
    )
    # a manager's sentence is for the coach by its form, a participant's only if they said so
    shared = or_(Answer.note_shared, and_(Touchpoint.kind == StepKind.SPONSOR, Answer.note.is_not(None)))
    rows = session.execute(
        select(Touchpoint.plan_id, Answer.barrier, Touchpoint.audience, shared)
        .join(Touchpoint, Touchpoint.id == Answer.touchpoint_id)
        .join(Coaching, Coaching.plan_id == Touchpoint.plan_id)
        .where(
            mine,
            or_(Answer.barrier.is_not(None), shared),
            or_(read.is_(None), Answer.changed_at > read),
        )
        .order_by(Answer.changed_at)
    )
    return _by_plan(Unread._make(row) for row in rows)


def _by_plan(rows: Iterable[Row]) -> Mapping[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.plan_id].append(row)
    return found


def _misfits(session: Session, coach_ids: Collection[int], now: datetime) -> Mapping[int, str]:
    """Why meetings that stand no longer fit."""
    found = clashes.of_coaches(session, coach_ids=coach_ids, now=now)
    return {one.follow_up: one.why for theirs in found.values() for one in theirs}


def _next(dates: Sequence[Watched], now: datetime) -> Coming | None:
    planned = (one for one in dates if one.state is TouchpointState.PLANNED and one.due_at > now)
    return next((Coming(kind=one.kind, day=one.day) for one in planned), None)
