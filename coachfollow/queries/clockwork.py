"""Reads business time: the clock's, moved ahead in the demo by its one row."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow import clock
from coachfollow.extensions import installation
from coachfollow.models import ClockShift


def now(session: Session) -> datetime:
    """Give business time, aware UTC: once per request, command or job."""
    demo = installation().settings.demo
    return clock.now(shift=shift(session)) if demo else clock.now()


def shift(session: Session) -> timedelta:
    """Give how far business time is ahead of the clock; only the demo may ask."""
    return timedelta(seconds=session.scalar(select(ClockShift.seconds)) or 0.0)
