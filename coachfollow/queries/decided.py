"""Reads what was decided about one plan by hand, and which of it can still be taken back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from coachfollow.models import FollowUpPlan, Message, Person, PlanChange
from coachfollow.rules import changes
from coachfollow.rules.changes import Change, Course, Key
from coachfollow.rules.kinds import LEFT, ChangeKind
from coachfollow.rules.taking_back import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A decision to stop a plan."""

    change: Change
    is_own: bool  # by its own person


def one(session: Session, *, plan_id: int, change_id: int) -> Decision | None:
    """Give one decision about this plan, if there was such a one."""
    undo = aliased(PlanChange)
    found = session.execute(
        select(PlanChange, undo.id)
        .outerjoin(undo, undo.undoes_id == PlanChange.id)
        .where(PlanChange.plan_id == plan_id, PlanChange.id == change_id)
    ).first()
    if found is None:
        return None
    row, undone = found
    left = _left(session, plan_id)
    return Decision(
        id=row.id,
        change=changes.from_json(row.facts),
        at=row.at,
        actor_id=row.actor_id,
        is_taken_back=undone is not None,
        left=[left[mail] for mail in json.loads(row.mails)["posted"] if mail in left],
    )


def last_stop(session: Session, *, plan_id: int) -> Stop | None:
    """Give the latest decision to stop a plan, and whether it was its own person's; it may not be the last word."""
    row = session.execute(
        select(PlanChange.facts, (PlanChange.actor_id == FollowUpPlan.person_id).label("is_own"))
        .join(FollowUpPlan, FollowUpPlan.id == PlanChange.plan_id)
        .where(PlanChange.plan_id == plan_id, PlanChange.kind == ChangeKind.STOPPED)
        .order_by(PlanChange.id.desc())
        .limit(1)
    ).one_or_none()
    return Stop(change=changes.from_json(row.facts), is_own=bool(row.is_own)) if row else None


def before_own_moves(session: Session, *, plan_id: int, key: Key) -> Course | None:
    """Give how a meeting stood before its own person moved it, however often; None where somebody else did last."""
    rows = session.execute(
        select(PlanChange, FollowUpPlan.person_id)
        .join(FollowUpPlan, FollowUpPlan.id == PlanChange.plan_id)
        .where(PlanChange.plan_id == plan_id)
        .order_by(PlanChange.id.desc())
    )
    first: Course | None = None
    for row, person_id in rows:
        touched = [edit for edit in changes.from_json(row.facts).edits if edit.key == key]
        if touched and (row.kind is not ChangeKind.MEETING_SET or row.actor_id != person_id):
            break
        first = touched[0].before if touched else first
    return first


def may_be_undone(session: Session, *, plan_id: int, change_id: int) -> bool:
    """Whether nothing of a decision has left yet; whether the rest allows it is asked when it is taken back."""
    rows = session.execute(
        select(PlanChange.mails, Message.id)
        .outerjoin(Message, (Message.plan_id == PlanChange.plan_id) & Message.state.in_(LEFT))
        .where(PlanChange.id == change_id, PlanChange.plan_id == plan_id)
    ).all()
    return bool(rows) and not {row.id for row in rows}.intersection(json.loads(rows[0].mails)["posted"])


def _left(session: Session, plan_id: int) -> Mapping[int, str]:
    """The mails of a plan that have left, and to whom."""
    rows = session.execute(
        select(Message.id, Person.name, Person.email)
        .join(Person, Person.id == Message.person_id)
        .where(Message.plan_id == plan_id, Message.state.in_(LEFT))
    )
    return {message_id: name or email or "somebody" for message_id, name, email in rows}
