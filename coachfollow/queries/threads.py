"""Reads which mails a mail follows: a meeting stands with its changes, a question with its reminders."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from coachfollow.extensions import among
from coachfollow.models import MailPart, Message, table_of
from coachfollow.queries.letters import Letter
from coachfollow.rules.kinds import LEFT, MessageKind

Thread = tuple[int, int]  # what it is about, and to whom

_FOLLOWS = frozenset({MessageKind.REMINDER, MessageKind.INVITATION, MessageKind.CANCELLATION})


def earlier(session: Session, letters: Iterable[Letter]) -> Mapping[int, tuple[str, ...]]:
    """Give the public ids of the mails that each of these letters follows, oldest first; in one statement at most."""
    threads: dict[int, Thread] = {
        one.id: (one.touchpoint_id, one.person_id)
        for one in letters
        if one.raw is None and one.touchpoint_id is not None and one.kind in _FOLLOWS
    }
    if not threads:
        return {}
    found = defaultdict[Thread, list[str]](list)
    for touchpoint_id, person_id, public_id in session.execute(
        _left(), {"ids": {about for about, _ in threads.values()}}
    ):
        found[touchpoint_id, person_id].append(public_id)
    return {letter_id: _once(found[thread]) for letter_id, thread in threads.items() if thread in found}


def _once(ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


@cache
def _left() -> Select[*tuple[Any, ...]]:
    """The mails about these follow-ups that left; one that left as a part of another was seen under that one's id."""
    mails, parts = table_of(Message).c, table_of(MailPart)
    leaders = table_of(Message).alias()
    return (
        select(mails.touchpoint_id, mails.person_id, func.coalesce(leaders.c.public_id, mails.public_id))
        .select_from(table_of(Message))
        .outerjoin(parts, parts.c.message_id == mails.id)
        .outerjoin(leaders, leaders.c.id == parts.c.leader_id)
        .where(among(mails.touchpoint_id, "ids"), mails.state.in_(LEFT))
        .order_by(mails.id)
    )
