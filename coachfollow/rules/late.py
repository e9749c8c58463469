"""Decides when a mail may leave that is no longer on time: while its reader works, or at their next working moment.

A mail that leaves at the moment planned for its reader is within their working time already; nothing has to be read.
"""

from datetime import datetime, timedelta

from coachfollow.rules import moments
from coachfollow.rules.kinds import Audience, MessageKind
from coachfollow.rules.moments import Moment, Person

ON_TIME = timedelta(minutes=30)  # what is due when work stops is written, sent and tried again within it
LEAST = timedelta(hours=2)  # so long before its time is over is a mail still worth waiting for
FARTHEST = timedelta(days=8)  # no mail is kept for longer

# moved with whatever changes the working time of whoever gets them
_MOVED = frozenset(
    {
        MessageKind.COMMITMENT,
        MessageKind.PROMPT,
        MessageKind.REFLECTION,
        MessageKind.UNPROMPTED,
        MessageKind.COACH_DIGEST,
    }
)
# dated within it; once they are queued, leave does not move them. Others are dated by other people's, or by no one's
_DATED = _MOVED | {MessageKind.REMINDER}


def is_dated(kind: MessageKind, audience: Audience) -> bool:
    """Whether such a mail is planned within the working time of whoever gets it."""
    return kind in _DATED and audience is Audience.PARTICIPANT


def is_on_time(kind: MessageKind, audience: Audience, *, due_at: datetime, now: datetime) -> bool:
    """Whether it leaves at the moment that was planned in its reader's working time, and that is so for sure."""
    return kind in _MOVED and audience is Audience.PARTICIPANT and now <= due_at + ON_TIME


def next_work(person: Person, *, now: datetime) -> datetime | None:
    """The next moment at which they work, now if they do; None where that is farther than any mail waits."""
    found = moments.next_moment(now, person, latest=now + FARTHEST)
    return found.at if isinstance(found, Moment) else None


def leaves_at(
    work: datetime | None, person: Person, *, due_at: datetime, until: datetime, now: datetime
) -> datetime | None:
    """When a mail leaves that has to ask for it: `work` is the next moment at which its reader works.

    None where its time would be over by then, or nearly: nobody is written to at night for it.
    """
    if work == now or (now <= due_at + ON_TIME and moments.is_working(due_at, person)):
        return now
    return work if work is not None and work + LEAST <= until else None


def expected(
    kind: MessageKind, audience: Audience, *, due_at: datetime, until: datetime, person: Person, now: datetime
) -> datetime:
    """When a mail is to leave by its reader's working time, limits aside; its own moment where it is to end."""
    if due_at > now:
        is_planned = is_dated(kind, audience)
        return due_at if is_planned else next_work(person, now=due_at) or due_at
    if is_on_time(kind, audience, due_at=due_at, now=now):
        return now
    work = next_work(person, now=now)
    return leaves_at(work, person, due_at=due_at, until=until, now=now) or due_at
