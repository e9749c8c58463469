"""Meetings in the calendars of both: invites, takes back, and numbers every word so that the newest wins."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.errors import NotFound
from coachfollow.flow import history, outbox, sets
from coachfollow.models import CheckIn, CheckInAttendee, Coaching, FollowUpPlan, Message, Person, Touchpoint
from coachfollow.queries import placed_meetings
from coachfollow.rules.kinds import CheckInState, MessageKind, StepKind

AT_LEAST = timedelta(hours=24)  # so long is a word to a calendar worth sending

Met = tuple[CheckIn, Touchpoint]
"""A meeting, and the follow-up that it is."""


def of(session: Session, *, touchpoint: Touchpoint, now: datetime) -> CheckIn:
    """Give the meeting of a follow-up, added if nobody has looked for a time yet. No commit."""
    found = session.scalar(select(CheckIn).where(CheckIn.touchpoint_id == touchpoint.id))
    if found is not None:
        return found
    coach_id = session.scalar(
        select(Coaching.coach_id).where(Coaching.plan_id == touchpoint.plan_id, Coaching.to_at.is_(None))
    )
    if touchpoint.kind is not StepKind.CHECK_IN or coach_id is None:
        raise NotFound("There is no such meeting.")
    plan = session.get_one(FollowUpPlan, touchpoint.plan_id)
    return add(session, touchpoint, person_id=plan.person_id, coach_id=coach_id, now=now)


def invite(session: Session, meetings: Sequence[Met], *, now: datetime, send_at: datetime) -> None:
    """Tell all calendars the times of meetings, in place of what has not left yet. No commit."""
    if not meetings:
        return
    attendees = _attendees(session, meetings)
    _withdraw(session, attendees, now)
    last = _last_words(session, attendees)
    words = [(one, max(one.sequence, last.get(one.id, -1) + 1)) for one in attendees]  # never one seen before
    newer = [(one, {"sequence": word}) for one, word in words if word != one.sequence]
    sets.change(session, CheckInAttendee, newer)
    _tell(session, meetings, attendees, MessageKind.INVITATION, now=now, send_at=send_at)


def uninvite(session: Session, meetings: Sequence[Met], *, now: datetime, send_at: datetime) -> None:
    """Take meetings off all calendars; whoever never got the invitation gets nothing. No commit."""
    if not meetings:
        return
    attendees = _attendees(session, meetings)
    _withdraw(session, attendees, now)
    told = placed_meetings.told(session, attendee_ids=[attendee.id for attendee in attendees])
    sets.change(session, CheckInAttendee, [(one, {"sequence": one.sequence + 1}) for one in attendees])
    invited = [one for one in attendees if one.id in told]
    _tell(session, meetings, invited, MessageKind.CANCELLATION, now=now, send_at=send_at)
    record(session, "check-in cancelled", meetings, now=now)


def set_aside(session: Session, plans: ColumnElement[bool], *, reason: str, now: datetime) -> None:
    """Take these plans' coming meetings off both calendars, to be placed anew if they go on. The caller commits."""
    coming = placed_meetings.coming(session, plans, now=now)
    uninvite(session, coming, now=now, send_at=now)
    for check_in, _ in coming:
        check_in.state, check_in.reason = CheckInState.UNPLACED, reason


def add(session: Session, touchpoint: Touchpoint, *, person_id: int, coach_id: int, now: datetime) -> CheckIn:
    """Add a meeting without a time, with a copy for each of the two calendars. No commit."""
    return add_all(session, [(touchpoint, person_id, coach_id)], now=now)[0]


def add_all(
    session: Session, wanted: Sequence[tuple[Touchpoint, int, int]], *, now: datetime
) -> Sequence[CheckIn]:
    """Add meetings without a time, of follow-up, person and coach, with a copy for each calendar. No commit."""
    if not wanted:
        return []
    session.flush()
    session.execute(
        insert(CheckIn),
        [
            {
                "touchpoint_id": touchpoint.id,
                "coach_id": coach_id,
                "state": CheckInState.UNPLACED,
                "created_at": now,
            }
            for touchpoint, _, coach_id in wanted
        ],
    )
    added = CheckIn.touchpoint_id.in_([touchpoint.id for touchpoint, _, _ in wanted])
    by_follow_up = {one.touchpoint_id: one for one in session.scalars(select(CheckIn).where(added))}
    check_ins = [by_follow_up[touchpoint.id] for touchpoint, _, _ in wanted]
    copies = [
        {"check_in_id": check_in.id, "person_id": attendee, "uid": vault.new_public_id()}
        for check_in, (_, *two) in zip(check_ins, wanted, strict=True)
        for attendee in two
    ]
    session.execute(insert(CheckInAttendee), copies)
    return check_ins


def record(
    session: Session, name: str, meetings: Sequence[Met], *, now: datetime, actor_id: int | None = None
) -> None:
    """Write down what happened to meetings. No commit."""
    coaches = _people(session, {check_in.coach_id for check_in, _ in meetings})
    rows = [
        {
            "organisation_id": coaches[check_in.coach_id].organisation_id,
            "actor_id": actor_id,
            "plan_id": touchpoint.plan_id,
            "touchpoint_id": touchpoint.id,
            "facts": {"starts_at": check_in.starts_at.isoformat() if check_in.starts_at else None},
        }
        for check_in, touchpoint in meetings
    ]
    history.record_all(session, name, at=now, rows=rows)


def mail(
    person: Person, touchpoint: Touchpoint, kind: MessageKind, now: datetime, n: int
) -> dict[str, object]:
    """One mail about a meeting, for the outbox."""
    return {
        "organisation_id": person.organisation_id,
        "person_id": person.id,
        "plan_id": touchpoint.plan_id,
        "touchpoint_id": touchpoint.id,
        "attendee_id": None,
        "kind": kind,
        "n": n,
        "send_at": now,
        "expires_at": max(touchpoint.closes_at, now + AT_LEAST),
    }


def _attendees(session: Session, meetings: Sequence[Met]) -> Sequence[CheckInAttendee]:
    theirs = CheckInAttendee.check_in_id.in_([check_in.id for check_in, _ in meetings])
    return session.scalars(select(CheckInAttendee).where(theirs).order_by(CheckInAttendee.id)).all()


def _people(session: Session, ids: Collection[int]) -> Mapping[int, Person]:
    return {one.id: one for one in session.scalars(select(Person).where(Person.id.in_(ids)))}


def _last_words(session: Session, attendees: Sequence[CheckInAttendee]) -> Mapping[int, int]:
    """The highest SEQUENCE that each calendar may have been told."""
    theirs = Message.attendee_id.in_([attendee.id for attendee in attendees])
    rows = session.execute(
        select(Message.attendee_id, func.max(Message.n)).where(theirs).group_by(Message.attendee_id)
    )
    return {attendee_id: n for attendee_id, n in rows if attendee_id is not None}


def _withdraw(session: Session, attendees: Sequence[CheckInAttendee], now: datetime) -> None:
    """Stop invitations that have not left: a newer one, or none, takes their place."""
    outbox.replace(session, attendee_ids=[attendee.id for attendee in attendees], now=now)


def _tell(
    session: Session,
    meetings: Sequence[Met],
    attendees: Sequence[CheckInAttendee],
    kind: MessageKind,
    *,
    now: datetime,
    send_at: datetime,
) -> None:
    session.flush()
    about = {check_in.id: touchpoint for check_in, touchpoint in meetings}
    people = _people(session, {attendee.person_id for attendee in attendees})
    mails = [
        mail(people[attendee.person_id], about[attendee.check_in_id], kind, now, attendee.sequence)
        | {"attendee_id": attendee.id, "send_at": send_at}
        for attendee in attendees
    ]
    outbox.post(session, mails, now=now)
