"""Carries out one decision about one plan: rows, mails and calendars in one transaction, and a note of it all."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict
from coachfollow.flow import asking_again, checkins, locking, outbox, recording, rewriting
from coachfollow.flow.rewriting import Rewritten
from coachfollow.models import Coaching, FollowUpPlan, Message, Person, PlanChange
from coachfollow.queries import snapshots
from coachfollow.rules import changes, decisions, pausing
from coachfollow.rules.changes import Change, Edit
from coachfollow.rules.kinds import ChangeKind, CheckInState, MessageState
from coachfollow.rules.levers import Choose, Lever, Mark, Meet, Restart

SECOND_THOUGHTS = timedelta(minutes=3)  # so long a coach's word to calendars waits, and can be taken back
SOON = timedelta(hours=2)  # a meeting so near is told at once

MOVED_ON = (
    "Something about this follow-up has changed meanwhile, so nothing was done. Please look at it again."
)

# why mails are stopped that have not left: all of the plan's, or those about one follow-up
OF_THE_PLAN: Mapping[ChangeKind, str] = {
    ChangeKind.PAUSED: pausing.PAUSED,
    ChangeKind.STOPPED: pausing.STOPPED,
    ChangeKind.SILENCED: pausing.STOPPED,
}
OF_ONE: Mapping[ChangeKind, str] = {
    ChangeKind.MOVED: "it was moved",
    ChangeKind.MEETING_SET: "it was moved",
    ChangeKind.SKIPPED: "it was excused",
}


def carry_out(
    session: Session,
    *,
    plan_id: int,
    lever: Lever | Mark | Choose,
    now: datetime,
    actor_id: int | None,
    shown: str | None = None,
    wait: timedelta = timedelta(),
) -> int:
    """Do what was decided and give the id of the change; raises as the rules do.

    `shown` is the mark of the change that was previewed: if it has become another, nothing is done. What
    calendars are told waits for `wait`, so that it can be taken back; a meeting within two hours is told at once.
    """
    plan = locking.plan(session, plan_id=plan_id)
    if isinstance(lever, Meet):
        hold_calendars(session, plan)
    change = decisions.decide(snapshots.of(session, plan_id=plan_id, now=now), lever, now=now)
    if shown not in {None, changes.mark(change)}:
        raise Conflict(MOVED_ON)
    row = enact(session, plan=plan, change=change, lever=lever, now=now, actor_id=actor_id, wait=wait)
    change_id = row.id
    session.commit()
    return change_id


def enact(
    session: Session,
    *,
    plan: FollowUpPlan,
    change: Change,
    now: datetime,
    actor_id: int | None = None,
    lever: Lever | Mark | Choose | Restart | None = None,
    wait: timedelta = timedelta(),
) -> PlanChange:
    """Let a change of a plan that is held come about, and write it down; an answer's has no lever. No commit."""
    plan_id, before = plan.id, _mails(session, plan.id)
    done = rewriting.rewrite(session, plan=plan, change=change, now=now)
    _stop_mails(session, change, done, plan_id=plan_id, now=now)
    _tell_calendars(session, done, now=now, send_at=_send_at(change, now=now, wait=wait))
    _ask_again(session, plan, done, now=now, send_at=now + wait)
    row = PlanChange(
        plan_id=plan_id,
        kind=change.kind,
        at=now,
        actor_id=actor_id,
        facts=changes.to_json(change),
        mails=_difference(before, _mails(session, plan_id)),
    )
    session.add(row)
    session.flush()
    recording.record(session, row=row, lever=lever, change=change, done=done)
    return row


def hold_calendars(session: Session, plan: FollowUpPlan) -> None:
    """Hold the calendars of a plan's two until the commit: no time of theirs is given away twice."""
    coaches = select(Coaching.coach_id).where(Coaching.plan_id == plan.id, Coaching.to_at.is_(None))
    locking.calendars(session, people=[plan.person_id, *session.scalars(coaches)])


def _mails(session: Session, plan_id: int) -> Mapping[int, bool]:
    """The mails of a plan, and whether each may still leave."""
    rows = session.execute(
        select(Message.id, Message.state, Message.unwanted).where(Message.plan_id == plan_id)
    )
    waiting = {MessageState.QUEUED, MessageState.CLAIMED, MessageState.HANDING}
    return {message_id: state in waiting and not unwanted for message_id, state, unwanted in rows}


def _difference(before: Mapping[int, bool], after: Mapping[int, bool]) -> str:
    """The mails that were posted, and those that were stopped, as JSON text."""
    posted = sorted(after.keys() - before.keys())
    stopped = sorted(one for one, waits in before.items() if waits and not after[one])
    return json.dumps({"posted": posted, "stopped": stopped})


def _stop_mails(
    session: Session, change: Change, done: Sequence[Rewritten], *, plan_id: int, now: datetime
) -> None:
    """What is paused or stopped sends nothing; what is not open any more asks for nothing."""
    if change.kind in OF_THE_PLAN:
        outbox.cancel(session, Message.plan_id == plan_id, reason=OF_THE_PLAN[change.kind], now=now)
    elif change.kind in OF_ONE:
        ids = [one.touchpoint.id for one in done]
        outbox.cancel_about(session, touchpoint_ids=ids, reason=OF_ONE[change.kind], now=now)


def _tell_calendars(session: Session, done: Sequence[Rewritten], *, now: datetime, send_at: datetime) -> None:
    met = [(one.edit, (one.check_in, one.touchpoint)) for one in done if one.check_in is not None]
    placed = [meeting for edit, meeting in met if has_a_new_time(edit)]
    checkins.invite(session, placed, now=now, send_at=send_at)
    freed = [meeting for edit, meeting in met if is_freed(edit, now)]
    checkins.uninvite(session, freed, now=now, send_at=send_at)


def has_a_new_time(edit: Edit) -> bool:
    """Whether calendars are to be told a time for a meeting."""
    before, after = (edit.before.meeting if edit.before else None), edit.after.meeting
    if after is None or after.state is not CheckInState.PLACED:
        return False
    return before != after


def is_freed(edit: Edit, now: datetime) -> bool:
    """Whether a meeting is to leave the calendars."""
    before, after = (edit.before.meeting if edit.before else None), edit.after.meeting
    return bool(before and before.is_to_come(now) and after and after.state is not CheckInState.PLACED)


def _send_at(change: Change, *, now: datetime, wait: timedelta) -> datetime:
    return now if is_soon(change, now) else now + wait


def is_soon(change: Change, now: datetime) -> bool:
    """Whether a meeting is so near, before or after, that calendars have to be told at once."""
    courses = [course for edit in change.edits for course in (edit.before, edit.after) if course]
    meetings = [course.meeting for course in courses if course.meeting]
    return any(one.starts_at and now < one.starts_at < now + SOON for one in meetings)


def _ask_again(
    session: Session, plan: FollowUpPlan, done: Sequence[Rewritten], *, now: datetime, send_at: datetime
) -> None:
    """Whoever gets more time for what they had missed is told so."""
    person = session.get_one(Person, plan.person_id)
    for one in done:
        if one.edit.asks_again:
            asking_again.post(session, touchpoint=one.touchpoint, person=person, now=now, send_at=send_at)
