"""Lets the demo's time travel while a visitor watches: it sets out once for each form, to an end or a halt."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum, auto

from sqlalchemy import update
from sqlalchemy.orm import Session

from coachfollow import clock
from coachfollow.errors import Conflict
from coachfollow.flow import demo
from coachfollow.models import ClockShift
from coachfollow.queries import clockwork

AT_ONCE = 20.0  # seconds; then the worker's other jobs get their turn, and the next ring goes on from there

OVER = "Nothing more is to come: the story has been told to its end."
ONCE = "Time had moved already when you pressed, so it moved once only."


class Ahead(StrEnum):
    """How far a visitor may send time ahead with one press."""

    EVENT = auto()
    DAY = auto()
    WEEK = auto()
    QUARTER = auto()


LENGTHS: Mapping[Ahead, timedelta] = {
    Ahead.DAY: timedelta(days=1),
    Ahead.WEEK: timedelta(weeks=1),
    Ahead.QUARTER: timedelta(weeks=13),
}


def set_out(session: Session, *, ahead: Ahead, moves: int) -> None:
    """Say where time goes next; `moves` is what the pressed form knew: it is good for one move.

    Raises Conflict where nothing is to come, and for a form that somebody has pressed before.
    """
    now = demo.own_time(session)
    goal = _goal(session, ahead, now)
    if goal is None:
        raise Conflict(OVER)
    began = session.execute(
        update(ClockShift)
        .where(ClockShift.moves == moves, ClockShift.heading_for.is_(None))
        .values(moves=ClockShift.moves + 1, set_out_at=now, heading_for=goal)
        .returning(ClockShift.id)
    ).all()
    session.commit()
    if not began:
        raise Conflict(ONCE)


def travel(session: Session, *, at_once: float = AT_ONCE) -> bool:
    """Go on from event to event for so many seconds; whether time has arrived, or nobody sent it anywhere."""
    ends_at = clock.stopwatch() + at_once
    while (goal := clockwork.journey(session).heading_for) is not None:
        now = clockwork.now(session)
        moment = min(clockwork.next_event(session, after=now) or goal, goal)
        demo.turn(session, moment)
        if moment == goal:
            _arrive(session, goal)
        elif clock.stopwatch() >= ends_at:
            return False
    session.rollback()
    return True


def halt(session: Session) -> None:
    """Let time stand where it is; what was on its way in this turn still happens."""
    demo.own_time(session)
    session.execute(update(ClockShift).values(heading_for=None))
    session.commit()


def _goal(session: Session, ahead: Ahead, now: datetime) -> datetime | None:
    length = LENGTHS.get(ahead)
    return now + length if length else clockwork.next_event(session, after=now)


def _arrive(session: Session, goal: datetime) -> None:
    session.execute(update(ClockShift).where(ClockShift.heading_for == goal).values(heading_for=None))
    session.commit()
