"""Hands mails to the mail server: offer, intent, dot, reply, settle; no transaction is open while we talk (law 3).

The order is fixed by docs/architecture.md: the body goes out without its final dot, the intent is committed,
then the dot. A crash before the dot costs nothing; one after it leaves the mail `handing`, never falsely
`sent`. The intent demands that the mail is still claimed by us, so whoever cancels it wins until then.
"""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import flask_mail
from flask import current_app
from sqlalchemy import BigInteger, Float, Integer, String, bindparam, update
from sqlalchemy.orm import Session

from coachfollow import clock
from coachfollow.config import Settings
from coachfollow.extensions import UtcDateTime, installation, lease_time
from coachfollow.flow import claims, outcomes
from coachfollow.flow.claims import MESSAGES, Place
from coachfollow.flow.letters import Written
from coachfollow.mail import smtp
from coachfollow.mail.guard import Unmailable
from coachfollow.mail.outgoing import Outgoing
from coachfollow.mail.smtp import Broken, Envelope, Post, Refused, Relay, Reply, Unreachable
from coachfollow.rules import retry
from coachfollow.rules.retry import Verdict
from coachfollow.rules.words import MessageState

NO_PAUSE = 0.001  # seconds between mails; a pace faster than we are is no pace

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Batch:
    """The mails one connection carries under one fence, and how far it has come."""

    session: Session
    place: Place
    mails: Sequence[Written]
    now: datetime
    sent: int = 0
    refused: int = 0
    settled: dict[str, object] | None = None
    done: set[int] = field(default_factory=set)


def carry(batch: Batch) -> None:
    """Hand the batch to the mail server; what could not be handed over stays claimed and is released."""
    if not batch.mails:
        return
    if current_app.extensions["mail"].suppress:
        _suppress(batch)
        return
    try:
        post = smtp.connect(_relay(installation().settings))
    except (Refused, Unreachable) as error:
        log.warning("The mail server cannot be used now: %s", error)
        _back_off(batch, batch.mails)
        return
    try:
        _converse(batch, post, rhythm=pause(installation().settings))
    except Broken as error:
        log.warning("%s %d mails wait for the next try.", error, len(batch.mails) - len(batch.done))
        _settle_last(batch)
        _back_off(batch, batch.mails)
    finally:
        post.close()


def _converse(batch: Batch, post: Post, *, rhythm: float) -> None:
    """Offer, commit the intent, write the dot with the next envelope, read the reply, settle with the next."""
    mails = batch.mails
    began = clock.stopwatch()
    for number, mail in enumerate(mails):
        clock.rest(began + number * rhythm - clock.stopwatch())
        if not _offered(batch, post, mail):
            continue
        if not _intend(batch, mail):
            post.withdraw()  # the body is there, the dot never comes: the server drops it
            raise Broken("A mail was cancelled at the last moment.", after_dot=False)
        post.hand_over(_next(mails, number) if not rhythm else None)
        _note(batch, mail, post.reply())
        if not post.is_open:
            break
    _settle_last(batch)


def _offered(batch: Batch, post: Post, mail: Written) -> bool:
    """Bring a mail up to its dot; a refusal settles it and the connection goes on."""
    try:
        post.offer(installation().settings.mail_from, mail.address, mail.raw)
    except Refused as error:
        _settle_last(batch)
        _refuse(batch, mail, Reply(error.code, str(error)))
        return False
    except Unmailable as error:
        _settle_last(batch)
        _refuse(batch, mail, Reply(550, str(error)))
        return False
    return True


def _intend(batch: Batch, mail: Written) -> bool:
    """Commit that this mail's dot is about to be written, together with the outcome of the one before."""
    lease = lease_time(batch.session)
    connection = batch.session.connection()
    if batch.settled is not None:
        connection.execute(_SETTLE, batch.settled)
        batch.settled = None
    taken = connection.execute(
        _INTEND,
        {
            "b_id": mail.id,
            "b_fence": batch.place.fence,
            "b_boot": lease.boot,
            "b_lease": lease.seconds,
            "b_hold": lease.seconds + claims.HOLD.total_seconds(),
        },
    )
    batch.session.commit()
    return taken.rowcount == 1


def _note(batch: Batch, mail: Written, reply: Reply) -> None:
    """Keep the outcome for the next commit, or settle a refusal at once."""
    batch.done.add(mail.id)
    if retry.verdict(reply.code) is Verdict.ACCEPTED:
        batch.sent += 1
        batch.settled = {
            "b_id": mail.id,
            "b_fence": batch.place.fence,
            "b_at": batch.now,
            "b_reply": str(reply),
        }
        _signal(mail)
    else:
        _refuse(batch, mail, reply)


def _refuse(batch: Batch, mail: Written, reply: Reply) -> None:
    """Settle a refusal: permanent ones fail with the server's words, others are tried again later."""
    batch.done.add(mail.id)
    batch.refused += 1
    permanent = retry.verdict(reply.code) is Verdict.PERMANENT
    outcomes.refuse(
        batch.session,
        message_id=mail.id,
        place=batch.place,
        words=str(reply),
        permanent=permanent,
        jitter=random.random(),
        now=batch.now,
    )
    batch.session.commit()


def _settle_last(batch: Batch) -> None:
    if batch.settled is not None:
        batch.session.connection().execute(_SETTLE, batch.settled)
        batch.settled = None
        batch.session.commit()


def _back_off(batch: Batch, mails: Sequence[Written]) -> None:
    """The server, not these mails, is at fault: all wait a minute and none is counted against."""
    left = [mail.id for mail in mails if mail.id not in batch.done]
    claims.release(batch.session, left, place=batch.place, wait=retry.wait(1, jitter=random.random()))
    batch.session.commit()


def _suppress(batch: Batch) -> None:
    """Flask-Mail says that nothing may leave: everything happens but the sending."""
    for mail in batch.mails:
        if _intend(batch, mail):
            _note(batch, mail, Reply(250, "suppressed, nothing was sent"))
    _settle_last(batch)


def _signal(mail: Written) -> None:
    if flask_mail.email_dispatched.receivers:
        app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # the signal's sender
        shown = Outgoing("", mail.address, installation().settings.mail_from, mail.raw)
        flask_mail.email_dispatched.send(app, message=shown)


def _next(mails: Sequence[Written], number: int) -> Envelope | None:
    if number + 1 == len(mails):
        return None
    return Envelope(installation().settings.mail_from, mails[number + 1].address)


def _relay(settings: Settings) -> Relay:
    return Relay(
        host=settings.mail_server,
        port=settings.mail_port,
        username=settings.mail_username,
        password=settings.mail_password,
        tls=settings.mail_tls,
    )


def pause(settings: Settings) -> float:
    """Seconds from one mail to the next on this connection; a pace faster than we are is no pace."""
    seconds = 60.0 * settings.mail_connections / settings.mail_per_minute
    return seconds if seconds >= NO_PAUSE else 0.0


OWN = (MESSAGES.c.id == bindparam("b_id", type_=Integer)) & (
    MESSAGES.c.fence == bindparam("b_fence", type_=BigInteger)
)
CLAIMED = MESSAGES.c.state == MessageState.CLAIMED
_INTEND = (
    update(MESSAGES)
    .where(
        OWN,
        CLAIMED,
        MESSAGES.c.lease_boot == bindparam("b_boot", type_=String),
        MESSAGES.c.lease_until > bindparam("b_lease", type_=Float),
    )
    .values(
        state=MessageState.HANDING,
        hold_until=bindparam("b_hold", type_=Float),
        attempts=MESSAGES.c.attempts + 1,
    )
)
_SETTLE = (
    update(MESSAGES)
    .where(OWN, MESSAGES.c.state == MessageState.HANDING)
    .values(
        state=MessageState.SENT,
        settled_at=bindparam("b_at", type_=UtcDateTime),
        server_reply=bindparam("b_reply", type_=String),
        raw=None,
        lease_until=None,
        hold_until=None,
    )
)
