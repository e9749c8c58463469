"""Reads business time, which the demo moves by its one row, and the moments at which something is to happen."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from coachfollow import clock
from coachfollow.extensions import UtcDateTime, installation
from coachfollow.models import ClockShift, FollowUpPlan, Message, Touchpoint, table_of
from coachfollow.rules.kinds import MessageState, PlanState, StepKind, TouchpointState


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """Where the demo's time set out last and where it is heading; `moves` counts how often it did."""

    moves: int = 0
    set_out_at: datetime | None = None
    heading_for: datetime | None = None


NOON = time(12, tzinfo=UTC)  # the day has begun by then wherever our people live


def now(session: Session) -> datetime:
    """Give business time, aware UTC: once per request, command or job."""
    demo = installation().settings.demo
    return clock.now(shift=shift(session)) if demo else clock.now()


def shift(session: Session) -> timedelta:
    """Give how far business time is ahead of the clock; only the demo may ask."""
    return timedelta(seconds=session.scalar(select(ClockShift.seconds)) or 0.0)


def journey(session: Session) -> Journey:
    """Give how the demo's time is travelling, or travelled last."""
    found = session.execute(
        select(ClockShift.moves, ClockShift.set_out_at, ClockShift.heading_for)
    ).one_or_none()
    return Journey(**found._asdict()) if found else Journey()


def next_event(session: Session, *, after: datetime) -> datetime | None:
    """Give the next moment at which something is asked, closes, is sent or goes on; None when nothing is to come.

    A meeting that begins is none: nothing leaves then, and what came of it is told later.
    """
    moments = (
        *(session.scalar(statement, {"after": after}) for statement in _next()),
        _next_return(session, after),
    )
    return min((moment for moment in moments if moment is not None), default=None)


@cache
def _next() -> tuple[Select[datetime | None], ...]:
    """What is next to be asked, to close and to be sent."""
    plans, touchpoints, mails = table_of(FollowUpPlan), table_of(Touchpoint).c, table_of(Message).c
    after = bindparam("after", type_=UtcDateTime)
    return (
        select(func.min(touchpoints.due_at))
        .join_from(table_of(Touchpoint), plans, plans.c.id == touchpoints.plan_id)
        .where(touchpoints.state == TouchpointState.PLANNED, touchpoints.due_at > after)
        .where(plans.c.state != PlanState.PAUSED, touchpoints.kind != StepKind.CHECK_IN),
        select(func.min(touchpoints.closes_at)).where(
            touchpoints.state == TouchpointState.OPEN, touchpoints.closes_at > after
        ),
        select(func.min(mails.send_at)).where(mails.state == MessageState.QUEUED, mails.send_at > after),
    )


def is_mail_waiting(session: Session, *, now: datetime) -> bool:
    """Whether a mail is due that nobody has sent or tried yet."""
    due = select(Message.id).where(
        Message.state.in_([MessageState.QUEUED, MessageState.CLAIMED, MessageState.HANDING]),
        Message.send_at <= now,
        Message.retry_at.is_(None),
    )
    return session.scalar(select(due.exists())) is True


def _next_return(session: Session, after: datetime) -> datetime | None:
    """When the next pause ends."""
    days = session.scalars(_UNTIL)
    returns = [datetime.combine(day, NOON) for day in days if isinstance(day, date)]
    return min((moment for moment in returns if moment > after), default=None)


_plans = table_of(FollowUpPlan).c
_UNTIL = select(_plans.paused_until).where(_plans.state == PlanState.PAUSED).distinct()
