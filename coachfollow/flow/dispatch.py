"""Drains the outbox: opens and closes what is due, claims it in batches, writes and sends them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import LargeBinary, String, bindparam, update
from sqlalchemy.orm import Session

from coachfollow import clock
from coachfollow.config import Settings
from coachfollow.extensions import UtcDateTime, installation, lease_time
from coachfollow.flow import claims, handing, letters, opening, outcomes, plans
from coachfollow.flow.claims import MESSAGES, Place
from coachfollow.flow.handing import CLAIMED, OWN, Batch
from coachfollow.flow.letters import Written
from coachfollow.rules.words import MessageState

BATCH = 500
BATCH_SECONDS = 20.0
DRAIN_SECONDS = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """What one drain did."""

    opened: int = 0
    closed: int = 0
    sent: int = 0
    refused: int = 0


def drain(session: Session, *, now: datetime) -> Drained:
    """Open, close and send whatever is due, for at most 25 seconds; harmless when run twice or at once."""
    began = clock.stopwatch()
    plans.resume_due(session, now=now)
    total = Drained(closed=opening.close_due(session, now=now), opened=opening.open_due(session, now=now))
    claims.recover(session, lease=lease_time(session), now=now)
    claims.expire(session, now=now)
    outcomes.beat(session, name="drain", now=now)
    session.commit()
    while clock.stopwatch() - began < DRAIN_SECONDS:
        batch = _send_batch(session, now=now)
        if batch is None:
            break
        total = replace(total, sent=total.sent + batch.sent, refused=total.refused + batch.refused)
    return total


def _send_batch(session: Session, *, now: datetime) -> Batch | None:
    """Send one batch; None when nothing is due or no place at the mail server is free."""
    settings = installation().settings
    place = claims.take_place(session, lease=lease_time(session))
    if place is None:
        session.rollback()
        return None
    ids = claims.claim(session, place=place, now=now, most=_batch_size(settings))
    if not ids:
        claims.leave_place(session, place)
        session.commit()
        return None
    session.commit()
    batch = Batch(session=session, place=place, mails=_written(session, ids, place, now), now=now)
    handing.carry(batch)
    outcomes.follow_up(session, fence=place.fence, now=now)
    claims.release(session, ids, place=place)
    claims.leave_place(session, place)
    session.commit()
    return batch if batch.sent + batch.refused or not batch.mails else None


def _written(session: Session, ids: Sequence[int], place: Place, now: datetime) -> Sequence[Written]:
    """Write the batch and store its bytes, sealed; what cannot be written is set aside with the reason."""
    written = letters.write(session, message_ids=ids, now=now)
    good = [mail for mail in written if mail.problem is None]
    seal = installation().vault.seal_mail
    connection = session.connection()
    if good:
        connection.execute(
            _STORE,
            [
                {
                    "b_id": mail.id,
                    "b_fence": place.fence,
                    "b_raw": seal(mail.raw, message=mail.public_id),
                    "b_address": mail.address,
                    "b_date": mail.date,
                }
                for mail in good
            ],
        )
    for mail in written:
        if mail.problem is not None:
            connection.execute(_SET_ASIDE, _aside(mail, place, now))
    session.commit()
    return good


def _batch_size(settings: Settings) -> int:
    pause = handing.pause(settings)
    return max(1, min(BATCH, int(BATCH_SECONDS / pause))) if pause else BATCH


def _aside(mail: Written, place: Place, now: datetime) -> dict[str, object]:
    return {"b_id": mail.id, "b_fence": place.fence, "b_at": now, "b_reason": mail.problem}


_STORE = (
    update(MESSAGES)
    .where(OWN, CLAIMED)
    .values(
        raw=bindparam("b_raw", type_=LargeBinary),
        address=bindparam("b_address", type_=String),
        first_tried_at=bindparam("b_date", type_=UtcDateTime),
    )
)
_SET_ASIDE = (
    update(MESSAGES)
    .where(OWN, CLAIMED)
    .values(
        state=MessageState.FAILED,
        settled_at=bindparam("b_at", type_=UtcDateTime),
        reason=bindparam("b_reason", type_=String),
    )
)
