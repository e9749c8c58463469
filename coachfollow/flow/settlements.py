"""The statements of sending: intents and outcomes, each guarded by id, fence and state (no row, no right).

They run on a connection of their own, not on the session: there are thousands of them a second.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    Float,
    Integer,
    String,
    TableValuedAlias,
    Update,
    bindparam,
    cast,
    func,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from coachfollow.extensions import Ids, UtcDateTime, among, installation, lease_facts, lease_now, unindexed
from coachfollow.flow import claims, history, sets, which
from coachfollow.flow.claims import Place
from coachfollow.flow.which import MESSAGES
from coachfollow.models import SealedMail
from coachfollow.rules.kinds import MessageState

_CODES = re.compile(r"\b4\d{2}(?:[ -]4\.\d{1,3}\.\d{1,3})?\b")

# mails that are stored by one statement: of more PostgreSQL lays the bytes on the disk first, and for each it looks
# through all that it was told
AT_ONCE = 50
UNDER_WAY = (MessageState.CLAIMED, MessageState.HANDING)

_columns = MESSAGES.c
_FENCE = bindparam("b_fence", type_=BigInteger)
_OWN = (_columns.id == bindparam("b_id", type_=Integer)) & (_columns.fence == _FENCE)


def _ours(state: MessageState) -> ColumnElement[bool]:
    """Whether a mail is ours and in a state, in forms that no index has: they are found by id alone.

    Fences and states come and go within a second, so what PostgreSQL knows of them is old: it read the whole batch
    for each group of it. SQLite read all that it was told for each mail.
    """
    is_ours: ColumnElement[bool] = _columns.fence + 0 == _FENCE
    return is_ours & (unindexed(_columns.state) == state.value)


_SET_ASIDE = (
    update(MESSAGES)
    .where(_OWN, _columns.state == MessageState.CLAIMED)
    .values(
        state=MessageState.FAILED,
        settled_at=bindparam("b_at", type_=UtcDateTime),
        reason=bindparam("b_reason", type_=String),
    )
)
_DROP = (
    update(MESSAGES)
    .where(among(_columns.id, "b_ids"), _ours(MessageState.HANDING), _columns.unwanted.is_(True))
    .values(
        state=claims.ended(MessageState.CANCELLED),
        settled_at=bindparam("b_at", type_=UtcDateTime),
        reason=claims.LAST_MOMENT,
        hold_until=None,
    )
    .returning(_columns.id, _columns.state)
)


@cache
def _intend(dialect: str) -> ReturningUpdate[Any]:
    now = lease_now(dialect)
    return (
        update(MESSAGES)
        .where(
            among(_columns.id, "b_ids"),
            _ours(MessageState.CLAIMED),
            _columns.lease_boot == bindparam("its_boot", type_=String),
            _columns.lease_until > now,
        )
        .values(
            state=MessageState.HANDING,
            hold_until=now + bindparam("b_hold", type_=Float),
            attempts=_columns.attempts + 1,
        )
        .returning(_columns.id)
    )


def _told(dialect: str) -> TableValuedAlias:
    """What is said of mails, as rows: the key is the mail's id. PostgreSQL expects a hundred in any JSON."""
    if dialect == "sqlite":
        return func.json_each(bindparam("b_told", type_=JSON)).table_valued("key", "value", name="told")
    columns = bindparam("b_keys", type_=Ids), bindparam("b_words", type_=ARRAY(String))
    return func.unnest(*columns).table_valued("key", "value", name="told").render_derived()


def _settle(told: TableValuedAlias, state: MessageState) -> Update:
    """Change our own mails of a state among those told of."""
    return update(MESSAGES).where(_columns.id == cast(told.c.key, Integer), _ours(state))


@cache
def _store(dialect: str) -> Update:
    told = _told(dialect)
    return _settle(told, MessageState.CLAIMED).values(
        address=told.c.value,
        first_tried_at=func.coalesce(_columns.first_tried_at, bindparam("b_at", type_=UtcDateTime)),
    )


@cache
def _sent(dialect: str) -> Update:
    told = _told(dialect)
    return _settle(told, MessageState.HANDING).values(
        state=MessageState.SENT,
        settled_at=bindparam("b_at", type_=UtcDateTime),
        server_reply=told.c.value,
        lease_until=None,
        hold_until=None,
    )


def store(
    connection: Connection, mails: Sequence[tuple[int, bytes, str]], *, place: Place, now: datetime
) -> None:
    """Keep the sealed bytes of a first attempt with address and date: a second is byte-identical. No commit."""
    for some in sets.chunks(mails, AT_ONCE):
        sets.bulk(connection, SealedMail, ("message_id", "raw"), [(id_, raw) for id_, raw, _ in some])
        _tell(connection, _store, {id_: address for id_, _, address in some}, place, now)


def _tell(
    connection: Connection,
    settle: Callable[[str], Update],
    told: Mapping[int, str],
    place: Place,
    now: datetime,
) -> None:
    dialect = connection.dialect.name
    columns = {"b_keys": told, "b_words": list(told.values())}
    said = {"b_told": told} if dialect == "sqlite" else columns
    connection.execute(settle(dialect), {**said, "b_fence": place.fence, "b_at": now})


def set_aside(
    connection: Connection, mails: Sequence[tuple[int, str]], *, place: Place, now: datetime
) -> None:
    """Fail what cannot be written, with the reason: it blocks nobody. No commit."""
    if mails:
        connection.execute(
            _SET_ASIDE,
            [{"b_id": id_, "b_fence": place.fence, "b_at": now, "b_reason": reason} for id_, reason in mails],
        )


def intend(connection: Connection, *, ids: Collection[int], place: Place) -> Collection[int]:
    """Take those mails from claimed to handing that are still ours and wanted; gives them. No commit."""
    dialect = connection.dialect.name
    taken = connection.execute(
        _intend(dialect),
        {
            "b_ids": ids,
            "b_fence": place.fence,
            "b_hold": installation().settings.hold_seconds,
            **lease_facts(dialect),
        },
    )
    return taken.scalars().all()


def drop_unwanted(connection: Connection, *, ids: Collection[int], place: Place, now: datetime) -> set[int]:
    """End what somebody stopped between its intent and its dot; gives it. No commit."""
    dropped = connection.execute(_DROP, {"b_ids": ids, "b_fence": place.fence, "b_at": now}).all()
    stopped = [id_ for id_, state in dropped if state is MessageState.CANCELLED]
    if stopped:  # what may have arrived before is told with the batch's other outcomes
        history.record_messages(
            connection, "mail cancelled", at=now, mails=which.these(stopped), facts=claims.AT_LAST
        )
    return {id_ for id_, _ in dropped}


def sent(connection: Connection, accepted: Sequence[tuple[int, str]], *, place: Place, now: datetime) -> None:
    """Settle what the server took, with its words, in one statement for any number. No commit."""
    if accepted:
        _tell(connection, _sent, dict(accepted), place, now)


def refuse(
    connection: Connection,
    *,
    message_id: int,
    place: Place,
    words: str,
    permanent: bool,
    jitter: float,
    now: datetime,
) -> None:
    """Settle a refusal: failed with the server's words, or queued with a later try if still wanted. No commit."""
    if not permanent:
        drop_unwanted(connection, ids=[message_id], place=place, now=now)
    values: dict[str, object] = {"server_reply": words, "lease_until": None, "hold_until": None}
    if permanent:
        values |= {"state": claims.ended(MessageState.FAILED), "settled_at": now}
    else:
        tries = connection.scalar(
            select(_columns.lapses + _columns.refusals).where(_columns.id == message_id)
        )
        values |= {
            "state": MessageState.QUEUED,
            "refusals": _columns.refusals + 1,
            **claims.retry_values(place, attempt=(tries or 0) + 1, jitter=jitter),
        }
    settled = connection.execute(
        update(MESSAGES)
        .where(_columns.id == message_id, _columns.fence == place.fence, _columns.state.in_(UNDER_WAY))
        .values(**values)
    )
    if settled.rowcount and not permanent:  # a permanent one is told with the batch's other outcomes
        told = {"reply": _code(words)}
        history.record_messages(
            connection, "mail put off", at=now, mails=which.these([message_id]), facts=told
        )


def _code(words: str) -> str:
    """The numbers of a reply, “451 4.7.1”: its words may hold an address, and an event holds no text."""
    found = _CODES.search(words)
    return found[0] if found else ""


def give_back(
    connection: Connection, *, ids: Collection[int], place: Place, wait: timedelta | None, now: datetime
) -> None:
    """Queue again what was claimed or intended and never got its dot, if it is still wanted. No commit."""
    if not ids:
        return
    drop_unwanted(connection, ids=ids, place=place, now=now)
    connection.execute(
        update(MESSAGES)
        .where(_columns.id.in_(list(ids)), _columns.fence == place.fence, _columns.state.in_(UNDER_WAY))
        .values(
            state=MessageState.QUEUED,
            lease_until=None,
            hold_until=None,
            **claims.retry_columns(place.taken, wait),
        )
    )
