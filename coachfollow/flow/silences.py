"""Lets reminders rest for whoever leaves questions unanswered, and go on as soon as they are back."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from coachfollow.flow import history, locking, outbox
from coachfollow.models import FollowUpPlan, Message, Touchpoint
from coachfollow.queries import silent
from coachfollow.rules import adapting
from coachfollow.rules.kinds import LEFT, Audience, MessageKind, StepKind, TouchpointState

REMINDING = (MessageKind.PROMPT, MessageKind.REMINDER)

# what tells that a prompt was not sent, and is neither done nor missed
NOT_SENT: Mapping[str, object] = {
    "state": TouchpointState.EXCUSED,
    "state_reason": adapting.UNREMINDED,
}


def fall(session: Session, *, plan_ids: Collection[int], now: datetime) -> None:
    """Remind nobody any more whose latest questions went unanswered, as their programmes say. No commit."""
    fallen = [
        one.plan_id
        for one in silent.candidates(session, plan_ids=plan_ids)
        if adapting.falls_silent(one.settled, after=one.silent_after, back_at=one.back_at)
    ]
    if not fallen:
        return
    these = FollowUpPlan.id.in_(fallen)
    session.execute(update(FollowUpPlan).where(these).values(silent_since=now))
    _stop_reminding(session, fallen, now)
    history.record_plans(session, "reminders rest", at=now, where=these)


def leave_out(session: Session, *, touchpoint_ids: Collection[int], now: datetime) -> None:
    """Say of prompts whose time has come in a silence that they were not sent. No commit."""
    if not touchpoint_ids:
        return
    session.execute(
        update(Touchpoint)
        .where(Touchpoint.id.in_(list(touchpoint_ids)))
        .values(**NOT_SENT, settled_at=now)
        .execution_options(synchronize_session=False)
    )
    history.record_touchpoints(session, "follow-up left out", at=now, ids=touchpoint_ids)


def end(session: Session, *, plan: FollowUpPlan, now: datetime, actor_id: int | None) -> None:
    """Let reminders go on with what lies ahead; nothing where there is no silence. No commit."""
    if plan.silent_since is None:
        return
    plan.silent_since, plan.back_at = None, now
    session.flush()
    history.record_plans(
        session, "reminders go on", at=now, where=FollowUpPlan.id == plan.id, actor_id=actor_id
    )


def come_back(session: Session, *, plan_id: int, now: datetime, actor_id: int) -> None:
    """Let reminders go on because somebody says so: the person, or their coach."""
    end(session, plan=locking.plan(session, plan_id=plan_id), now=now, actor_id=actor_id)
    session.commit()


def _stop_reminding(session: Session, plan_ids: Collection[int], now: datetime) -> None:
    """A manager's card has reminders of its own; these stay."""
    own = select(Touchpoint.id).where(
        Touchpoint.plan_id.in_(list(plan_ids)), Touchpoint.audience == Audience.PARTICIPANT
    )
    about = Message.kind.in_(REMINDING) & Message.touchpoint_id.in_(own)
    outbox.cancel(session, about, reason=adapting.UNREMINDED, now=now)
    has_left = exists().where(Message.touchpoint_id == Touchpoint.id, Message.state.in_(LEFT))
    unsent = session.scalars(
        select(Touchpoint.id).where(
            Touchpoint.plan_id.in_(list(plan_ids)),
            Touchpoint.kind == StepKind.PROMPT,
            Touchpoint.state == TouchpointState.OPEN,
            ~has_left,
        )
    ).all()
    leave_out(session, touchpoint_ids=unsent, now=now)
