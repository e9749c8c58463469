"""Carries out what was decided about a claimed mail that does not leave now: it waits, or comes to its end."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import String, bindparam, func, update
from sqlalchemy.orm import Session

from coachfollow.extensions import UtcDateTime, among, unindexed
from coachfollow.flow import claims, history, sets, which
from coachfollow.flow.which import MESSAGES
from coachfollow.rules.kinds import MessageState
from coachfollow.rules.limits import Kept, Why

NO_DAY = "it was left out: its time would have been over before there was a day for it"
NO_HOURS = "it was left out: its time would have been over before its reader works again"
NO_ROOM = "it was left out: more mails than are allowed in a week would have been too many"

_columns = MESSAGES.c
_WAIT = (
    update(MESSAGES)
    .where(
        _columns.id == bindparam("b_id"),
        _columns.fence + 0 == bindparam("b_fence"),  # in forms that no index has: each is found by its id
        unindexed(_columns.state) == MessageState.CLAIMED.value,
    )
    .values(
        state=MessageState.QUEUED,
        lease_until=None,
        wanted_at=func.coalesce(_columns.wanted_at, _columns.send_at),
        send_at=bindparam("b_until", type_=UtcDateTime),
        expires_at=bindparam("b_expires", type_=UtcDateTime),
    )
)


def keep(session: Session, kept: Sequence[Kept], *, fence: int, now: datetime) -> None:
    """Put back what waits, with its new moment; its history says so, unless it waits for another mail. No commit."""
    if not kept:
        return
    rows = [{"b_id": one.key, "b_until": one.until, "b_expires": one.expires_at} for one in kept]
    session.connection().execute(_WAIT, [{**row, "b_fence": fence} for row in rows])
    told: defaultdict[tuple[Why, date], list[int]] = defaultdict(list)
    for one in kept:
        if one.why is not Why.TOGETHER:
            told[one.why, one.day].append(one.key)
    for (why, day), ids in told.items():
        for some in sets.chunks(ids):
            facts = {"kept": day.isoformat(), "limit": why}
            history.record_messages(session, "mail kept", at=now, mails=which.these(some), facts=facts)


def drop(session: Session, dropped: Sequence[tuple[int, Why]], *, now: datetime) -> None:
    """Let what no time was left for come to its end, and say so at its follow-up. No commit.

    What may have arrived before stays in doubt, which is told with the outcomes of its batch.
    """
    of_reason: defaultdict[str, list[int]] = defaultdict(list)
    for key, why in dropped:
        of_reason[_REASONS.get(why, NO_DAY)].append(key)
    for reason, ids in of_reason.items():
        for some in sets.chunks(ids):
            ended = session.execute(_END, {"these": some, "its_reason": reason, "now": now}).all()
            expired = [id_ for id_, state in ended if state is MessageState.EXPIRED]
            claims.mark_undeliverable(session, message_ids=expired, reason=reason)
            history.record_messages(session, "mail expired", at=now, mails=which.these(expired))


_REASONS = {Why.WEEK: NO_ROOM, Why.HOURS: NO_HOURS}
_END = (
    update(MESSAGES)
    .where(among(_columns.id, "these"), _columns.state == MessageState.CLAIMED)
    .values(
        state=claims.ended(MessageState.EXPIRED),
        settled_at=bindparam("now", type_=UtcDateTime),
        reason=bindparam("its_reason", type_=String),
    )
    .returning(_columns.id, _columns.state)
)
