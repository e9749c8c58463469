"""Writes down that the ticker rang, so that its silence is noticed while pages still wake the workers."""

from datetime import datetime

from sqlalchemy.orm import Session

from coachfollow.flow import outcomes


def note(session: Session, *, now: datetime) -> None:
    """Say that somebody rang by the clock; `now` is real time, which the demo does not shift."""
    outcomes.beat(session, name="tick", now=now)
    session.commit()
