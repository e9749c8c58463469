"""Takes one decision about a plan back, exactly, while nothing of it has left the house."""

import json
from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, NotFound
from coachfollow.flow import locking, outbox, recording, rewriting
from coachfollow.models import CheckInAttendee, FollowUpPlan, Message, PlanChange
from coachfollow.queries import decided, snapshots
from coachfollow.rules import changes, taking_back
from coachfollow.rules.changes import Change
from coachfollow.rules.kinds import MessageState

TAKEN_BACK = "what it told of was taken back"
SAME = (
    "organisation_id",
    "person_id",
    "plan_id",
    "touchpoint_id",
    "attendee_id",
    "kind",
    "send_at",
    "expires_at",
)


def undo(session: Session, *, plan_id: int, change_id: int, now: datetime, actor_id: int) -> None:
    """Take a decision back: rows, calendars and mails as they were. Raises Conflict where it is too late."""
    plan = locking.plan(session, plan_id=plan_id)
    take_back(session, plan=plan, change_id=change_id, now=now, actor_id=actor_id)
    session.commit()


def take_back(session: Session, *, plan: FollowUpPlan, change_id: int, now: datetime, actor_id: int) -> None:
    """The same for a plan that is held already. No commit."""
    plan_id = plan.id
    decision = decided.one(session, plan_id=plan_id, change_id=change_id)
    if decision is None:
        raise NotFound("There is no such change.")
    snapshot = snapshots.of(session, plan_id=plan_id, now=now)
    problem = taking_back.too_late(decision, snapshot=snapshot, actor_id=actor_id, now=now)
    if problem is not None:
        raise Conflict(problem)
    back = changes.inverse(decision.change, now=now)
    _withdraw(session, change_id, now)
    done = rewriting.rewrite(session, plan=plan, change=back, now=now)
    row = _write_down(session, plan, back, change_id=change_id, now=now, actor_id=actor_id)
    recording.record(session, row=row, change=back, done=done, undid=decision)


def _withdraw(session: Session, change_id: int, now: datetime) -> None:
    """Stop the mails that the change had posted, and post again those that it had stopped."""
    mails = json.loads(session.get_one(PlanChange, change_id).mails)
    outbox.take_back(session, message_ids=mails["posted"], reason=TAKEN_BACK, now=now)
    session.execute(  # stopped at the very last moment, and wanted again before it left
        update(Message)
        .where(Message.id.in_(mails["stopped"]), Message.state == MessageState.HANDING)
        .values(unwanted=False)
    )
    _post_again(session, mails["stopped"], now)


def _post_again(session: Session, message_ids: Collection[int], now: datetime) -> None:
    """What was stopped is final: a copy takes its place, and is the newest word that a calendar gets."""
    stopped = session.scalars(
        select(Message)
        .where(Message.id.in_(message_ids), Message.state == MessageState.CANCELLED, Message.expires_at > now)
        .order_by(Message.id)
    ).all()
    said = outbox.earlier(session, touchpoint_ids={one.touchpoint_id for one in stopped if one.touchpoint_id})
    used: Counter[tuple[int | None, int, str]] = Counter()
    copies = []
    for mail in stopped:
        key = (mail.touchpoint_id, mail.person_id, mail.kind)
        n = _newest_word(session, mail) if mail.attendee_id else said[key].next_n + used[key]
        used[key] += 1
        copies.append(_copy(mail) | {"n": n})
    outbox.post(session, copies, now=now)


def _newest_word(session: Session, mail: Message) -> int:
    attendee = session.get_one(CheckInAttendee, mail.attendee_id)
    attendee.sequence += 1
    session.flush()
    return attendee.sequence


def _copy(mail: Message) -> dict[str, Any]:
    return {name: getattr(mail, name) for name in SAME}


def _write_down(
    session: Session, plan: FollowUpPlan, back: Change, *, change_id: int, now: datetime, actor_id: int
) -> PlanChange:
    row = PlanChange(
        plan_id=plan.id,
        kind=back.kind,
        at=now,
        actor_id=actor_id,
        undoes_id=change_id,
        facts=changes.to_json(back),
        mails=json.dumps({"posted": [], "stopped": []}),
    )
    session.add(row)
    session.flush()
    return row
