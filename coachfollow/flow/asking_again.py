"""Mails somebody the question that is open for them now, when all they hold is the link of an earlier one."""

from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from coachfollow.extensions import lease_time
from coachfollow.flow import floods, outbox
from coachfollow.models import Message, Person, Touchpoint
from coachfollow.queries import links
from coachfollow.rules import lifecycle
from coachfollow.rules.kinds import MessageKind, MessageState

PER_PERSON, PER_VISITOR = 3, 20  # an hour


def mail_current(session: Session, *, plan_id: int, person_id: int, visitor: str, now: datetime) -> None:
    """Mail the open question to the address we know, never to the browser that asks; raises TooMany.

    Whoever holds an old link learns nothing by it: what is answered does not say whether a question is open.
    """
    lease = lease_time(session)
    floods.spend(session, key=f"question from {visitor}"[:120], per_hour=PER_VISITOR, lease=lease)
    floods.spend(session, key=f"question to {person_id}", per_hour=PER_PERSON, lease=lease)
    touchpoint_id = links.current_question(session, plan_id=plan_id, person_id=person_id, now=now)
    if touchpoint_id is not None and not _is_on_its_way(session, touchpoint_id, person_id):
        person = session.get_one(Person, person_id)
        touchpoint = session.get_one(Touchpoint, touchpoint_id)
        post(session, touchpoint=touchpoint, person=person, now=now, send_at=now)
    session.commit()


def _is_on_its_way(session: Session, touchpoint_id: int, person_id: int) -> bool:
    waiting = _ours(touchpoint_id, person_id).where(Message.state == MessageState.QUEUED)
    return bool(session.scalar(waiting))


def post(
    session: Session, *, touchpoint: Touchpoint, person: Person, now: datetime, send_at: datetime
) -> None:
    """Queue the mail that asks an open question once more. No commit."""
    before = session.scalar(_ours(touchpoint.id, person.id)) or 0
    mail = {
        "organisation_id": person.organisation_id,
        "person_id": person.id,
        "plan_id": touchpoint.plan_id,
        "touchpoint_id": touchpoint.id,
        "attendee_id": None,
        "kind": MessageKind.CURRENT_QUESTION,
        "n": before + 1,
        "send_at": send_at,
        "expires_at": lifecycle.expires_at(
            MessageKind.CURRENT_QUESTION, due_at=send_at, closes_at=touchpoint.closes_at
        ),
    }
    outbox.post(session, [mail], now=now)


def _ours(touchpoint_id: int, person_id: int) -> Select[int]:
    return (
        select(func.count())
        .select_from(Message)
        .where(
            Message.touchpoint_id == touchpoint_id,
            Message.person_id == person_id,
            Message.kind == MessageKind.CURRENT_QUESTION,
        )
    )
