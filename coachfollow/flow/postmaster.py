"""What an operator does to mails by hand: settles what is in doubt, sends again, cancels; each with a reason.

All of the mails named, or none. The reason stands on the mail; the event holds who did it and what, never a text.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.flow import claims, history, outbox, outcomes, which
from coachfollow.models import Message, Touchpoint
from coachfollow.queries import resending
from coachfollow.rules import by_hand
from coachfollow.rules.by_hand import Deed
from coachfollow.rules.kinds import MessageState, TouchpointState

NOBODYS = 0  # the fence of a mail that no batch may settle any more
NO_REASON = f"Say why, in one line of at most {by_hand.LONGEST_REASON} characters."


def settle(
    session: Session,
    *,
    organisation_id: int,
    public_ids: Collection[str],
    verdict: MessageState,
    reason: str,
    actor_id: int | None,
    now: datetime,
) -> int:
    """Say of mails in doubt that they were sent, or that they failed; gives how many."""
    if verdict not in by_hand.VERDICTS:
        raise Invalid("Say whether it arrived.", {"verdict": "Say whether it arrived."})
    why = _worded(reason)
    ids = _taken(session, organisation_id, public_ids, Deed.SETTLE)
    session.execute(
        update(Message)
        .where(Message.id.in_(ids))
        .values(state=verdict, settled_at=now, reason=why, fence=NOBODYS, hold_until=None)
        .execution_options(synchronize_session=False)
    )
    outcomes.reach(session, which.these(ids), now=now)
    _note(session, "mail settled by hand", ids, actor_id, now, verdict=verdict)
    session.commit()
    return len(ids)


def resend(
    session: Session,
    *,
    organisation_id: int,
    public_ids: Collection[str],
    reason: str,
    actor_id: int | None,
    now: datetime,
) -> int:
    """Put mails that failed or are in doubt back into the outbox, where they are still wanted; gives how many."""
    why = _worded(reason)
    ids = _taken(session, organisation_id, public_ids, Deed.RESEND)
    for sentence in resending.obstacles(session, message_ids=ids, now=now).values():
        session.rollback()
        raise Conflict(sentence)
    _reopen(session, ids)
    session.execute(
        update(Message)
        .where(Message.id.in_(ids))
        .values(
            state=MessageState.QUEUED,
            resends=Message.resends + case((Message.state == MessageState.IN_DOUBT, 1), else_=0),
            reason=why,
            # what was refused is written anew, to the address of today; a second copy goes where the first went
            address=case((Message.state == MessageState.IN_DOUBT, Message.address)),
            settled_at=None,
            fence=NOBODYS,
            lapses=0,
            refusals=0,
            unwanted=False,
            hold_until=None,
            retry_at=None,
            retry_boot=None,
        )
        .execution_options(synchronize_session=False)
    )
    _note(session, "mail sent again by hand", ids, actor_id, now)
    session.commit()
    return len(ids)


def cancel(
    session: Session,
    *,
    organisation_id: int,
    public_ids: Collection[str],
    reason: str,
    actor_id: int | None,
    now: datetime,
) -> int:
    """Stop mails that have not left; one that is just being handed over stops if its dot is not written yet."""
    why = _worded(reason)
    ids = _taken(session, organisation_id, public_ids, Deed.CANCEL)
    _note(session, "mail cancelled by hand", ids, actor_id, now)
    outbox.take_back(session, message_ids=ids, reason=why, now=now)
    stopped = session.scalars(
        select(Message.id).where(Message.id.in_(ids), Message.state == MessageState.CANCELLED)
    ).all()
    claims.mark_undeliverable(session, message_ids=stopped, reason="its mail was cancelled by hand")
    session.commit()
    return len(ids)


def _worded(reason: str) -> str:
    why = reason.strip().rstrip(".")  # a page ends the sentence
    if not by_hand.is_worded(why):
        raise Invalid(NO_REASON, {"reason": NO_REASON})
    return why


def _taken(session: Session, organisation_id: int, public_ids: Collection[str], deed: Deed) -> Sequence[int]:
    """Lock these mails and give their ids; raises NotFound, and Conflict where one is in another state."""
    wanted = set(public_ids)
    rows = session.execute(
        select(Message.id, Message.public_id, Message.state)
        .where(Message.organisation_id == organisation_id, Message.public_id.in_(wanted))
        .order_by(Message.id)
        .with_for_update()
    ).all()
    for missing in sorted(wanted - {row.public_id for row in rows}):
        session.rollback()
        raise NotFound(f"There is no mail {missing}.")
    for row in rows:
        if row.state not in by_hand.POSSIBLE[deed]:
            session.rollback()
            raise Conflict(f"Nothing was changed: of mail {row.public_id[:8]}, {by_hand.WHY_NOT[deed]}.")
    return [row.id for row in rows]


def _reopen(session: Session, ids: Sequence[int]) -> None:
    """Say no longer of open follow-ups that their mail reached nobody: it is on its way again."""
    opened = select(Message.touchpoint_id).where(Message.id.in_(ids), Message.kind.in_(claims.OPENING))
    session.execute(
        update(Touchpoint)
        .where(Touchpoint.id.in_(opened), Touchpoint.state == TouchpointState.OPEN)
        .values(undeliverable=False, state_reason=None)
        .execution_options(synchronize_session=False)
    )


def _note(
    session: Session, name: str, ids: Sequence[int], actor_id: int | None, now: datetime, **facts: str
) -> None:
    history.record_messages(session, name, at=now, mails=which.these(ids), facts=facts, actor_id=actor_id)
