"""Hands mails to the mail server: offer, intent, dot, reply, settle; no transaction is open while we talk (law 3).

The order is fixed by docs/architecture.md. The body goes out without its final dot; the intent is committed; then
the dot. A crash before the dot costs nothing, one after it leaves the mail `handing`, never falsely `sent`. The
intent demands that the mail is still claimed by us, so whoever cancels it wins until then. Intents are committed
in groups of at most sixteen, together with the outcomes of the group before: a commit costs more than a mail.
Between an intent and its dot the database is asked once more whether the mail is still wanted, and the journal takes
a line: no line, no dot.
"""

import logging
import random
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta

import flask_mail
from flask import current_app

from coachfollow import clock
from coachfollow.config import Settings
from coachfollow.extensions import installation
from coachfollow.flow import batches, relays
from coachfollow.flow.batches import Batch
from coachfollow.flow.letters import Written
from coachfollow.mail import smtp
from coachfollow.mail.guard import Unmailable
from coachfollow.mail.journal import Unwritten
from coachfollow.mail.outgoing import Outgoing
from coachfollow.mail.smtp import Broken, Envelope, Post, Refused, Reply, Unreachable
from coachfollow.rules import retry
from coachfollow.rules.retry import Verdict

GROUP = 16  # what a power cut may leave in doubt on one connection
GROUP_SECONDS = 0.1  # a group is never larger than what this time carries at the pace that is set
ASK_AGAIN = 0.05  # seconds that an answer to “still wanted?” holds
STALE_INTENT = 30.0  # seconds; an older intent is no ground for a dot
NO_PAUSE = 0.001  # seconds between mails; a pace faster than we are is no pace

log = logging.getLogger(__name__)


def carry(batch: Batch) -> None:
    """Hand the batch to the mail server; what could not be handed over goes back to the queue."""
    if current_app.extensions["mail"].suppress:
        _suppress(batch)
        return
    wait: timedelta | None = None
    try:
        while (waiting := batch.waiting) and not (batch.is_over or batch.is_refused):
            post = smtp.connect(relays.relay(installation().settings), ends_at=batch.talks_until)
            with closing(post):
                _converse(batch, post, waiting)
    except (Broken, Refused, Unreachable, Unwritten) as error:  # the server or the disk, not these mails
        batch.is_refused |= isinstance(error, Refused)
        log.warning("%s %d mails wait for the next try.", error, len(batch.waiting))
        wait = retry.wait(1, jitter=random.random())
    finally:
        batches.give_back(batch, wait)


def pause(settings: Settings) -> float:
    """Seconds from one mail to the next on this connection."""
    seconds = 60.0 * settings.mail_connections / settings.mail_per_minute
    return seconds if seconds >= NO_PAUSE else 0.0


def _converse(batch: Batch, post: Post, mails: Sequence[Written]) -> None:
    """Carry mails over one connection until it is closed; raises Broken when it broke by itself."""
    batch.announced = None
    for number, mail in enumerate(mails):
        if mail.id in batch.finished:
            continue
        if batch.is_over or _is_pointless(batch):
            return
        if batch.rhythm:
            clock.rest(batch.free_at - clock.stopwatch())
            batch.free_at = clock.stopwatch() + batch.rhythm
        began = clock.stopwatch()
        if not _offer(batch, post, mail):
            if not post.is_open:
                return
            continue
        if mail.id not in batch.intended:
            batches.intend(batch, mails[number : number + _group(batch)])
        if not _still_wanted(batch, mail):
            post.withdraw()  # the body is there, the dot never comes: the server drops it
            return
        following = _following(batch, mails, number)
        batch.announced = following.id if following else None
        _hand_over(batch, post, mail, following=following)
        batch.took.append(clock.stopwatch() - began)
        if not post.is_open:
            return


def _is_pointless(batch: Batch) -> bool:
    """Whether the server puts off one mail after the other: then it rests, and what it has not seen goes back."""
    batch.is_refused |= batch.breaker.is_open
    return batch.is_refused


def _offer(batch: Batch, post: Post, mail: Written) -> bool:
    """Bring a mail up to its dot; a refusal settles it and the connection goes on."""
    try:
        post.offer(batch.sender, mail.address, mail.raw)
    except Refused as error:
        if error.verb == "MAIL":  # it will not carry for us at all: no fault of this mail
            raise
        batches.refuse(batch, mail, error.code, str(error))
        return False
    except Unmailable as error:
        batches.refuse(batch, mail, 550, str(error))
        return False
    return True


def _still_wanted(batch: Batch, mail: Written) -> bool:
    """Whether the dot may be written: intended lately, and nobody has cancelled it since."""
    now = clock.stopwatch()
    if now - batch.asked_at > ASK_AGAIN:
        batches.drop_unwanted(batch)
        batch.asked_at = clock.stopwatch()
    intended_at = batch.intended.get(mail.id)
    if intended_at is None:
        return False
    if now - intended_at > STALE_INTENT:
        raise Broken("The mail server was so slow that an intent grew stale.", after_dot=False)
    return True


def _hand_over(batch: Batch, post: Post, mail: Written, *, following: Written | None) -> None:
    """Write the dot and read the reply; from here to the reply nobody can know what became of the mail."""
    batch.journal.dot(mail.id, batch.place.fence)
    del batch.intended[mail.id]
    batch.finished.add(mail.id)
    try:
        post.hand_over(Envelope(batch.sender, following.address) if following else None)
    except Broken as error:
        if not error.after_dot:  # it never left
            batch.finished.discard(mail.id)
        raise
    reply = post.reply()
    _note(batch, mail, reply)
    if retry.verdict(reply.code) is not Verdict.ACCEPTED:
        batches.refuse(batch, mail, reply.code, str(reply))
        return
    batches.accept(batch, mail, str(reply))
    _signal(mail)


def _note(batch: Batch, mail: Written, reply: Reply) -> None:
    """Let the journal know, too; the database is told soon, so a disk that is full now stops only the next dot."""
    try:
        batch.journal.reply(mail.id, batch.place.fence, reply)
    except Unwritten as error:
        log.warning("%s The mail itself has its answer.", error)


def _suppress(batch: Batch) -> None:
    """Flask-Mail says that nothing may leave: everything happens but the sending."""
    batches.intend(batch, batch.mails)
    for mail in batch.mails:
        if mail.id in batch.intended:
            batches.accept(batch, mail, "suppressed, nothing was sent")
            batch.finished.add(mail.id)
            _signal(mail)
    batches.give_back(batch, None)


def _signal(mail: Written) -> None:
    if flask_mail.email_dispatched.receivers:
        app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # the signal's sender
        shown = Outgoing("", mail.address, installation().settings.mail_from, mail.raw)
        flask_mail.email_dispatched.send(app, message=shown)


def _following(batch: Batch, mails: Sequence[Written], number: int) -> Written | None:
    """The mail whose envelope may go out with this dot; with a pace there is time enough for it later."""
    if batch.rhythm:
        return None
    rest = mails[number + 1 : number + 1 + GROUP]
    return next((mail for mail in rest if mail.id not in batch.finished), None)


def _group(batch: Batch) -> int:
    return max(1, min(GROUP, int(GROUP_SECONDS / batch.rhythm))) if batch.rhythm else GROUP
