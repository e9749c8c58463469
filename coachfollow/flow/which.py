"""Names mails to statements that are built once: by their ids, or by the fence they were claimed under."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import BigInteger, ColumnElement, bindparam

from coachfollow.extensions import among
from coachfollow.models import Message, table_of
from coachfollow.rules.kinds import MessageState

MESSAGES = table_of(Message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """A condition that is the same object each time, so that it finds its statement, and its values this time."""

    where: ColumnElement[bool]
    values: Mapping[str, object]

    def that_are(self, state: MessageState) -> "Which":
        """Name those of them that are in a state."""
        return Which(where=_in_state(self.where, state), values=self.values)


def these(ids: Collection[int]) -> Which:
    """Name these mails."""
    return Which(where=_BY_ID, values={"which_ids": ids})


def under(fence: int) -> Which:
    """Name the mails of a batch."""
    return Which(where=_BY_FENCE, values={"which_fence": fence})


_BY_ID = among(MESSAGES.c.id, "which_ids")
_BY_FENCE = MESSAGES.c.fence == bindparam("which_fence", type_=BigInteger)


@cache
def _in_state(where: ColumnElement[bool], state: MessageState) -> ColumnElement[bool]:
    return where & (MESSAGES.c.state == state)
