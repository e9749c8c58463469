"""Says how far a batch of mails has come, and commits it: intents, outcomes, and what goes back to the queue."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from coachfollow import clock
from coachfollow.flow import breaking, settlements
from coachfollow.flow.breaking import Breaker
from coachfollow.flow.claims import Place
from coachfollow.flow.letters import Written
from coachfollow.mail.journal import Journal
from coachfollow.rules import refusals, retry
from coachfollow.rules.retry import Verdict


@dataclass(slots=True, kw_only=True)
class Batch:
    """The mails that go out under one fence, and how far they have come."""

    connection: Connection  # of its own, and in no transaction while we talk
    place: Place
    journal: Journal
    mails: Sequence[Written]
    now: datetime
    rhythm: float
    sender: str
    ends_at: float  # on the stopwatch: what has not been begun by then is for the next drain
    talks_until: (
        float  # on the stopwatch: what has not got its dot by then goes back, whatever the server is about
    )
    free_at: float = 0.0  # on the stopwatch: when the pace allows the next mail, on whatever connection
    sent: int = 0
    refused: int = 0
    accepted: list[tuple[int, str]] = field(default_factory=list)  # not yet settled: id, the server's words
    intended: dict[int, float] = field(default_factory=dict)  # without a dot yet: id, when
    finished: set[int] = field(default_factory=set)  # no longer ours to give back
    asked_at: float = 0.0
    took: list[float] = field(default_factory=list)  # seconds of each attempt, from its offer to the reply
    announced: int | None = None  # the mail whose envelope left with the dot before it
    breaker: Breaker = field(default_factory=Breaker)
    is_refused: bool = False  # the server carries nothing for us now: no fault of these mails

    @property
    def waiting(self) -> list[Written]:
        """What has not been handed over, refused or dropped."""
        return [mail for mail in self.mails if mail.id not in self.finished]

    @property
    def has_talked(self) -> bool:
        """Whether the server has said anything about a mail of it."""
        return bool(self.sent + self.refused)

    @property
    def is_over(self) -> bool:
        """Whether its time is up: a drain ends soon, however slow the server is, or the pace."""
        return max(clock.stopwatch(), self.free_at) >= self.ends_at


def intend(batch: Batch, group: Sequence[Written]) -> None:
    """Commit that these mails' dots are about to be written, and with it the outcomes so far."""
    ids = [mail.id for mail in group if mail.id not in batch.finished]
    with _settling(batch) as connection:
        taken = settlements.intend(connection, ids=ids, place=batch.place)
    batch.asked_at = clock.stopwatch()
    batch.intended = dict.fromkeys(taken, batch.asked_at)
    batch.finished |= set(ids) - set(taken)  # cancelled meanwhile: whoever did it has settled it


def drop_unwanted(batch: Batch) -> None:
    """Settle what somebody stopped between its intent and its dot."""
    with _settling(batch) as connection:
        dropped = settlements.drop_unwanted(
            connection, ids=list(batch.intended), place=batch.place, now=batch.now
        )
    batch.finished |= dropped
    for message_id in dropped:
        del batch.intended[message_id]


def accept(batch: Batch, mail: Written, words: str) -> None:
    """Remember that the server took a mail; it is settled with the next commit."""
    batch.sent += 1
    batch.accepted.append((mail.id, words))
    batch.breaker.took(mail.address)


def refuse(batch: Batch, mail: Written, code: int, words: str) -> None:
    """Settle a refusal at once: permanent ones fail with the server's words, others are tried again later."""
    batch.refused += 1
    batch.finished.add(mail.id)
    batch.intended.pop(mail.id, None)
    verdict = retry.verdict(code)
    with _settling(batch) as connection:
        settlements.refuse(
            connection,
            message_id=mail.id,
            place=batch.place,
            words=words,
            permanent=verdict is Verdict.PERMANENT,
            jitter=random.random(),
            now=batch.now,
        )
    if verdict is Verdict.TEMPORARY and batch.breaker.put_off(mail.address):
        domain = breaking.domain(mail.address)
        rest = [one for one in batch.waiting if breaking.domain(one.address) == domain]
        _leave_in_peace(batch, rest, retry.wait(1, jitter=random.random()))
    elif refusals.says_nobody(words):  # the next batch knows of it, and decides about each
        _leave_in_peace(batch, [one for one in batch.waiting if one.address == mail.address], None)


def _leave_in_peace(batch: Batch, mails: Sequence[Written], wait: timedelta | None) -> None:
    """Give back what else there is for a domain that takes nothing now, or for nobody; the others go on."""
    ids = [mail.id for mail in mails if mail.id != batch.announced]
    if not ids:
        return
    with _settling(batch) as connection:
        settlements.give_back(connection, ids=ids, place=batch.place, wait=wait, now=batch.now)
    batch.finished |= set(ids)
    for message_id in ids:
        batch.intended.pop(message_id, None)


@contextmanager
def _settling(batch: Batch) -> Iterator[Connection]:
    """Open a transaction that takes along the outcomes that are still only in memory."""
    with batch.connection.begin():
        settlements.sent(batch.connection, batch.accepted, place=batch.place, now=batch.now)
        yield batch.connection
    batch.accepted = []


def give_back(batch: Batch, wait: timedelta | None) -> None:
    """What was not handed over goes back, and an intent without its dot is withdrawn; the outcomes are settled."""
    ids = [mail.id for mail in batch.waiting]
    if not ids and not batch.accepted:
        return
    with _settling(batch) as connection:
        settlements.give_back(connection, ids=ids, place=batch.place, wait=wait, now=batch.now)
