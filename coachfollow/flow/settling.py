"""Settles a follow-up by what was given to it, stops what would still remind of it, begins what waited for it."""

from datetime import datetime

from sqlalchemy.orm import Session

from coachfollow.flow import outbox, sequels
from coachfollow.models import Touchpoint
from coachfollow.rules.kinds import TouchpointState


def complete(session: Session, *, touchpoint: Touchpoint, now: datetime) -> None:
    """Settle a follow-up by its first answer, stop what would still remind of it, begin what waits. No commit."""
    if touchpoint.state is TouchpointState.OPEN:
        touchpoint.state, touchpoint.settled_at = TouchpointState.COMPLETED, now
        sequels.begin(session, touchpoint=touchpoint, now=now)
    outbox.cancel_about(session, touchpoint_ids=[touchpoint.id], reason="it was answered", now=now)
    session.flush()
