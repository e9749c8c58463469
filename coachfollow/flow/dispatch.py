"""Drains the outbox: opens and closes what is due, claims it in batches, writes and sends them."""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from coachfollow import clock
from coachfollow.extensions import db, installation, lease_time, reading
from coachfollow.flow import (
    claims,
    erasing,
    handing,
    journals,
    letters,
    opening,
    outbox,
    outcomes,
    plans,
    reconciling,
    restoring,
    settlements,
    timings,
    turns,
    which,
)
from coachfollow.flow.batches import Batch
from coachfollow.flow.claims import Place
from coachfollow.flow.letters import Written
from coachfollow.mail.journal import Journal, Unwritten
from coachfollow.rules import retry

log = logging.getLogger(__name__)

NOTHING_LEFT = "there was nothing left to tell"

BATCH = 500
BATCH_SECONDS = 20.0
DRAIN_SECONDS = 25.0
GRACE = 20.0  # seconds that a server may need beyond them for what it has begun
OF_THE_LEASE = 0.75  # in which a batch must have its dots: nobody else may have it meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """What one drain did."""

    opened: int = 0
    closed: int = 0
    sent: int = 0
    refused: int = 0


def drain(session: Session, *, now: datetime) -> Drained:
    """Open, close and send whatever is due, for at most 25 seconds; harmless when run twice or at once."""
    total = _open_and_close(session, now)
    reconciling.recover(session, lease=lease_time(session), now=now)
    outcomes.settle_parts(session, now=now)
    journals.put_away(session)
    claims.expire(session, now=now)
    outcomes.blank(session)
    outcomes.beat(session, name="drain", now=now)
    session.commit()
    ends_at = clock.stopwatch() + DRAIN_SECONDS
    while batch := _send_batch(session, now=now, ends_at=ends_at):
        total = replace(total, sent=total.sent + batch.sent, refused=total.refused + batch.refused)
        if batch.is_refused or clock.stopwatch() + batch.rhythm >= ends_at:
            break
        clock.rest(batch.rhythm)
    return total


def _open_and_close(session: Session, now: datetime) -> Drained:
    """Open and close what is due; after an old backup was restored, hold what it would send a second time."""
    erasing.again(session, now=now)
    lost_until = restoring.lost_until(session, now=now)
    if lost_until is not None:
        restoring.hold(session, until=lost_until, now=now)
    session.commit()
    plans.resume_due(session, now=now)
    done = Drained(closed=opening.close_due(session, now=now), opened=opening.open_due(session, now=now))
    if lost_until is not None:
        restoring.hold(session, until=lost_until, now=now)
        restoring.go_on(session)  # last: until then every drain here holds
        session.commit()
    return done


def _send_batch(session: Session, *, now: datetime, ends_at: float) -> Batch | None:
    """Send one batch; None when nothing is due or no place at the mail server is free."""
    settings = installation().settings
    journal = _journal()
    place = claims.take_place(session, lease=lease_time(session), places=settings.mail_connections)
    if journal is None or place is None:
        session.rollback()
        return None
    rhythm = handing.pause(settings)
    outcomes.take_over(session, fence=place.before, now=now)
    claimed = claims.claim(session, place=place, now=now, most=_batch_size(rhythm), journal_id=journal.id)
    if not claimed:
        claims.leave_place(session, place)
        session.commit()
        return None
    return _send(session, claimed, place=place, journal=journal, now=now, ends_at=ends_at)


def _send(
    session: Session, claimed: Sequence[int], *, place: Place, journal: Journal, now: datetime, ends_at: float
) -> Batch | None:
    """Send what was claimed; None when there are mails and nothing could be said to the mail server."""
    settings = installation().settings
    talks_until = min(clock.stopwatch() + OF_THE_LEASE * settings.lease_seconds, ends_at + GRACE)
    ids = turns.share_out(session, place=place, ids=claimed, now=now, journal_id=journal.id)
    session.commit()
    if ids:
        restoring.note(session, place=place, now=now)
        session.rollback()
    mails = _written(session, ids, place, now) if ids else ()
    with db.engine.connect() as connection:
        batch = Batch(
            connection=connection,
            place=place,
            journal=journal,
            mails=mails,
            now=now,
            rhythm=handing.pause(settings),
            sender=settings.mail_from,
            ends_at=ends_at,
            talks_until=talks_until,
        )
        handing.carry(batch)
    outcomes.follow_up(session, batch=which.under(place.fence), now=now)
    _leave(session, batch)
    timings.add(session, batch.took)
    session.commit()
    return batch if batch.has_talked or not mails else None


def _leave(session: Session, batch: Batch) -> None:
    """Leave the place: to the next batch at its pace; if the server refuses us, for longer each time. No commit."""
    if not batch.is_refused:
        claims.leave_place(session, batch.place, rest=batch.rhythm if batch.has_talked else 0.0)
        return
    failures = batch.place.failures + 1
    rest = retry.wait(failures, jitter=random.random())
    claims.leave_place(session, batch.place, rest=rest.total_seconds(), failures=failures)


def _journal() -> Journal | None:
    """Find what the batch is journalled in; without it nothing leaves, and the next drain looks again."""
    try:
        return journals.current()
    except Unwritten as error:
        log.error("%s Nothing is sent before that is mended.", error)  # noqa: TRY400 - the sentence says it all
        return None


def _written(session: Session, ids: Sequence[int], place: Place, now: datetime) -> Sequence[Written]:
    """Write the batch and store its bytes, sealed; what cannot be written is set aside, what is of no use ends."""
    with reading(session):
        found = letters.write(session, message_ids=ids, now=now)
    pointless = [mail.id for mail in found if mail.is_pointless]
    written = [mail for mail in found if not (mail.is_pointless or mail.is_empty)]
    empty = [mail.id for mail in found if mail.is_empty and not mail.is_pointless]
    good = [mail for mail in written if mail.problem is None]
    fresh = [mail for mail in good if not mail.is_stored]
    seal = installation().vault.seal_mail
    sealed = [(mail.id, seal(mail.raw, message=mail.public_id), mail.address) for mail in fresh]
    set_aside = [(mail.id, mail.problem) for mail in written if mail.problem is not None]
    connection = session.connection()
    letters.enter(connection, fresh)
    if empty:
        outbox.take_back(session, message_ids=empty, reason=NOTHING_LEFT, now=now)
    if pointless:
        outbox.give_up(session, message_ids=pointless, reason=opening.CANNOT_REACH, now=now)
    settlements.store(connection, sealed, place=place, now=now)
    settlements.set_aside(connection, set_aside, place=place, now=now)
    session.commit()
    return good


def _batch_size(rhythm: float) -> int:
    return max(1, min(BATCH, int(BATCH_SECONDS / rhythm))) if rhythm else BATCH
