"""Opens the touchpoints whose time has come with their mails and reminders, and closes those whose time is over.

A reminder that its person has in their calendar is done when its time comes: no mail is made.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, update
from sqlalchemy.orm import Session

from coachfollow.extensions import UtcDateTime, among, unindexed
from coachfollow.flow import history, outbox, plans, silences
from coachfollow.models import Touchpoint, table_of
from coachfollow.queries import due, worktimes
from coachfollow.queries.due import Due
from coachfollow.rules import excuses, lifecycle, planning, tempo, worktime
from coachfollow.rules.kinds import MAIL_OF, Audience, MessageKind, StepKind, TouchpointState
from coachfollow.rules.worktime import Hours

CHUNK = 1000

NO_MANAGER = "no manager is known"
CANNOT_REACH = "their mails cannot be delivered"

# every chunk asks these: they are put together once, from the table
_TOUCHPOINTS = table_of(Touchpoint)
_columns = _TOUCHPOINTS.c
_NOW = bindparam("its_now", type_=UtcDateTime)
_CHANGE = update(_TOUCHPOINTS).where(among(_columns.id, "these"))
_ASK = _CHANGE.values(state=TouchpointState.OPEN)
_STOOD_THERE = _CHANGE.values(
    state=TouchpointState.COMPLETED, state_reason=tempo.IN_CALENDAR, settled_at=_NOW
)
_EXCUSE = _CHANGE.values(state=TouchpointState.EXCUSED, state_reason=NO_MANAGER, settled_at=_NOW)
# nobody can be reached: it stands open until it closes, and apart from what was due
_GIVE_UP = _CHANGE.values(state=TouchpointState.OPEN, state_reason=CANNOT_REACH, undeliverable=True)
_END = _CHANGE.where(unindexed(_columns.state) == TouchpointState.OPEN.value)
_CLOSE = _END.values(
    state=case(
        (_columns.kind == StepKind.PROMPT, TouchpointState.COMPLETED.value),
        else_=TouchpointState.MISSED.value,
    ),
    settled_at=_columns.closes_at,
)
_LET_GO = _END.values(
    state=TouchpointState.EXCUSED, state_reason=excuses.NO_TIME, settled_at=_columns.closes_at
)

_SPARE = _END.values(state=TouchpointState.EXCUSED, state_reason=NO_MANAGER, settled_at=_columns.closes_at)


def open_due(session: Session, *, now: datetime) -> int:
    """Open everything whose time has come, in chunks, each with its mails in one transaction; gives how many."""
    opened = 0
    while chunk := due.opening(session, now=now, most=CHUNK):
        _open(session, chunk, now)
        session.commit()
        opened += len(chunk)
    return opened


def close_due(session: Session, *, now: datetime) -> int:
    """Close everything whose time is over, in chunks: a prompt has done its work, a question was missed.

    A meeting for which no time was found is excused: nobody missed what nobody could come to. So is a manager's card
    if no manager is left who could be asked, as when it opens.
    """
    closed = 0
    while chunk := due.closing(session, now=now, most=CHUNK):
        excused = [one for one in chunk if one.found_no_time or one.found_nobody]
        _close(session, [one.touchpoint_id for one in chunk if one not in excused], now)
        _let_go(session, [one.touchpoint_id for one in excused if one.found_no_time], now)
        _spare(session, [one.touchpoint_id for one in excused if one.found_nobody], now)
        ids, over = [one.touchpoint_id for one in chunk], {one.plan_id for one in chunk}
        outbox.cancel_about(session, touchpoint_ids=ids, reason="its time is over", now=now)
        plans.finish(session, plan_ids=over, now=now)
        silences.fall(session, plan_ids=over, now=now)
        session.commit()
        closed += len(chunk)
    return closed


def _close(session: Session, ids: Sequence[int], now: datetime) -> None:
    if ids:
        session.execute(_CLOSE, {"these": ids})
        history.record_touchpoints(session, "follow-up closed", at=now, ids=ids)


def _let_go(session: Session, ids: Sequence[int], now: datetime) -> None:
    if ids:
        session.execute(_LET_GO, {"these": ids})
        history.record_touchpoints(session, "check-in found no time", at=now, ids=ids)


def _spare(session: Session, ids: Sequence[int], now: datetime) -> None:
    if ids:
        session.execute(_SPARE, {"these": ids})
        history.record_touchpoints(session, "follow-up closed", at=now, ids=ids)


def _open(session: Session, chunk: Sequence[Due], now: datetime) -> None:
    unwanted = [one.touchpoint_id for one in chunk if one.silent and one.kind is StepKind.PROMPT]
    silences.leave_out(session, touchpoint_ids=unwanted, now=now)
    shown = [one for one in chunk if one.in_calendar and not one.silent]
    _leave_to_calendar(session, shown, now)
    settled = {*unwanted, *(one.touchpoint_id for one in shown)}
    asked = [one for one in chunk if one.touchpoint_id not in settled]
    lost = [one for one in asked if _recipient(one) is None]
    sent = [one for one in asked if _recipient(one) is not None]
    excused = [one for one in lost if one.audience is Audience.MANAGER]
    given_up = [one for one in lost if one.audience is Audience.PARTICIPANT]
    for change, some in ((_ASK, sent), (_EXCUSE, excused), (_GIVE_UP, given_up)):
        if some:
            session.execute(change, {"these": [one.touchpoint_id for one in some], "its_now": now})
    history.record_touchpoints(session, "follow-up opened", at=now, ids=[one.touchpoint_id for one in sent])
    said = outbox.earlier(session, touchpoint_ids=[one.touchpoint_id for one in sent])
    hours = worktimes.of_people(session, ids={one.person_id for one in sent}, now=now)
    mails = [mail for one in sent for mail in _mails(one, said, hours[one.person_id], now)]
    outbox.post(session, mails, now=now)
    settled |= {one.touchpoint_id for one in excused}
    over = {one.plan_id for one in chunk if one.touchpoint_id in settled}
    if over:  # it may have been the last thing to come
        plans.finish(session, plan_ids=over, now=now)


def _leave_to_calendar(session: Session, chunk: Sequence[Due], now: datetime) -> None:
    """It stood there, and needs no mail."""
    if not chunk:
        return
    ids = [one.touchpoint_id for one in chunk]
    session.execute(_STOOD_THERE, {"these": ids, "its_now": now})
    history.record_touchpoints(session, "follow-up in calendar", at=now, ids=ids)


def _recipient(one: Due) -> int | None:
    """Who gets its mail; None where nobody can."""
    if one.audience is Audience.MANAGER:
        return one.manager_id
    return one.person_id if one.reachable else None


def _mails(one: Due, said: outbox.Said, hours: Hours, now: datetime) -> list[dict[str, object]]:
    """The first mail now, its reminders at their moments; a check-in was invited to long before.

    What was open before a pause is opened again: whoever has the question gets only what is left of the reminders.
    In a silence a question comes once, and nothing reminds of it.
    """
    if one.kind is StepKind.CHECK_IN:
        return []
    begins = max(one.due_at, one.began_at)  # a plan that began late asks late, not never
    mails: list[dict[str, object]] = []
    for kind in _openings(one):
        before = said[one.touchpoint_id, _recipient(one), kind]
        if not before.standing:
            mails.append(_mail(one, kind, n=before.next_n, send_at=one.due_at, late_from=begins))
    reminded = said[one.touchpoint_id, _recipient(one), MessageKind.REMINDER]
    moments = _reminders(one, hours, begins)[reminded.standing :]
    mails += [
        _mail(one, MessageKind.REMINDER, n=n, send_at=moment, late_from=moment)
        for n, moment in enumerate(moments, start=max(1, reminded.next_n))
        if moment > now - lifecycle.STALE_AFTER
    ]
    return mails


def _openings(one: Due) -> Sequence[MessageKind]:
    if one.announced and one.kind is StepKind.COMMITMENT and one.manager_id is not None:
        return MessageKind.ANNOUNCEMENT, MAIL_OF[one.kind]
    return (MAIL_OF[one.kind],)


def _reminders(one: Due, hours: Hours, begins: datetime) -> tuple[datetime, ...]:
    reminders = tuple(json.loads(one.reminders))
    if one.audience is Audience.PARTICIPANT:
        reminders = tempo.reminders(reminders, one.pace)
    if not reminders or (one.silent and one.audience is Audience.PARTICIPANT):
        return ()
    day = max(one.local_date, worktime.local(begins, one.zone).date())
    return planning.reminder_moments(
        local_date=day,
        local_time=one.local_time,
        zone=one.zone,
        week=hours,
        reminders=reminders,
        closes_at=one.closes_at,
    )


def _mail(
    one: Due, kind: MessageKind, *, n: int, send_at: datetime, late_from: datetime
) -> dict[str, object]:
    return {
        "organisation_id": one.organisation_id,
        "person_id": _recipient(one),
        "plan_id": one.plan_id,
        "touchpoint_id": one.touchpoint_id,
        "attendee_id": None,
        "kind": kind,
        "n": n,
        "send_at": send_at,
        "expires_at": max(
            lifecycle.expires_at(kind, due_at=late_from, closes_at=one.closes_at),
            send_at + timedelta(minutes=1),
        ),
    }
