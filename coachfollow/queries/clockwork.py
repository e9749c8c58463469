"""Reads how far the demo's clock is ahead."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.models import ClockShift


def shift(session: Session) -> timedelta:
    """Give how far business time is ahead; only the demo ever moves it."""
    return timedelta(seconds=session.scalar(select(ClockShift.seconds)) or 0.0)
