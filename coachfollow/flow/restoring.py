"""Notices that an old backup was restored, and holds what may have left since: it is not sent again unasked.

Every claim takes a higher fence than all before. A marker beside the send journal, outside the database, keeps the
highest that this host has seen and the business time of that; a database whose fences are lower has forgotten what
happened in between. One marker for each database, named by its first organisation. It is not synced to the disk: a
marker that a power cut threw back only notices less.
"""

import logging
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from coachfollow.flow import history, journals, outcomes, sets, which
from coachfollow.flow.claims import Place
from coachfollow.models import DrainLease, Message, Organisation, table_of
from coachfollow.rules import doubt
from coachfollow.rules.kinds import MessageState

log = logging.getLogger(__name__)

ENDING = ".marker"
_PLACES, _HOUSES = table_of(DrainLease), table_of(Organisation)
_HIGHEST = select(func.max(_PLACES.c.fence))
_FIRST = select(_HOUSES.c.public_id).order_by(_HOUSES.c.id).limit(1)

MAY_HAVE_LEFT = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.HANDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """The highest fence that was seen, and the moment up to which mails had been claimed then."""

    fence: int
    at: datetime


def lost_until(session: Session, *, now: datetime) -> datetime | None:
    """Say up to when the database has forgotten what left, None where it has not; and keep what is seen now."""
    name = _name(session)
    marker = _read(name)  # before the database is asked: whatever stands in it was committed by then
    fence = session.scalar(_HIGHEST) or 0
    if marker is not None and fence < marker.fence:
        return marker.at
    _keep(name, Marker(fence=fence, at=now))
    return None


def note(session: Session, *, place: Place, now: datetime) -> None:
    """Keep that mails are claimed under this place's fence, before any of them leaves."""
    _keep(_name(session), Marker(fence=place.fence, at=now))


def hold(session: Session, *, until: datetime, now: datetime) -> None:
    """Hold, as in doubt, every mail that was due in the lost interval. No commit."""
    held = session.scalars(
        update(Message)
        .where(Message.state.in_(MAY_HAVE_LEFT), or_(Message.send_at <= until, Message.wanted_at <= until))
        .values(
            state=MessageState.IN_DOUBT,
            settled_at=now,
            reason=doubt.RESTORED,
            fence=0,
            lease_until=None,
            hold_until=None,
        )
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()
    if held:
        log.error("An old backup was restored: %d mails may have left before and are held.", len(held))
        outcomes.settle_parts(session, now=now)
        for ids in sets.chunks(held):
            history.record_messages(
                session,
                "mail in doubt",
                at=now,
                mails=which.these(ids),
                facts={"because": "an old backup was restored"},
            )


def go_on(session: Session) -> None:
    """Give the database higher fences than all it has forgotten, so that none is used twice. No commit."""
    marker = _read(_name(session))
    if marker is None:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.setval("claim_fence", marker.fence + 1)))
    first = select(func.min(DrainLease.id)).scalar_subquery()
    session.execute(
        update(DrainLease)
        .where(DrainLease.id == first)
        .values(fence=marker.fence + 1)
        .execution_options(synchronize_session=False)
    )


def _name(session: Session) -> str | None:
    """Tell this database from others that were served from here; None where nobody has moved in."""
    return session.scalar(_FIRST)


def _path(name: str) -> Path:
    return journals.folder() / f"{name}{ENDING}"


def _read(name: str | None) -> Marker | None:
    """Read the marker; one that is missing or torn says nothing."""
    if name is None:
        return None
    try:
        fence, at = _path(name).read_text(encoding="ascii").split()
        return Marker(fence=int(fence), at=datetime.fromisoformat(at))
    except (OSError, ValueError):
        return None


def _keep(name: str | None, seen: Marker) -> None:
    """Raise the marker, never lower it; without it mails still leave: the journal is what they need."""
    before = _read(name)
    if name is None or (before is not None and seen.fence <= before.fence):
        return
    at = max(seen.at, before.at) if before else seen.at
    fresh = _path(f"{name}-{os.getpid()}")
    try:
        fresh.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.write_text(f"{seen.fence} {at.isoformat()}\n", encoding="ascii")
        fresh.replace(_path(name))
    except OSError as error:
        log.warning("The restore marker cannot be written, an old backup may go unnoticed: %s", error)
