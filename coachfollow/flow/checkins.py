"""Meetings in the calendars of both: invites, takes back, and numbers every word so that the newest wins."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.errors import NotFound
from coachfollow.flow import history, outbox
from coachfollow.models import CheckIn, CheckInAttendee, Coaching, FollowUpPlan, Message, Person, Touchpoint
from coachfollow.queries import meetings
from coachfollow.rules.kinds import CheckInState, MessageKind, StepKind

AT_LEAST = timedelta(hours=24)  # so long is a word to a calendar worth sending


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


def invite(
    session: Session, *, check_in: CheckIn, touchpoint: Touchpoint, now: datetime, send_at: datetime
) -> None:
    """Tell both calendars the time of a meeting, in place of what has not left yet. No commit."""
    attendees = _attendees(session, check_in)
    _withdraw(session, attendees, now)
    for attendee in attendees:
        attendee.sequence = _next_word(session, attendee)
    _tell(session, touchpoint, attendees, MessageKind.INVITATION, now=now, send_at=send_at)


def uninvite(
    session: Session, *, check_in: CheckIn, touchpoint: Touchpoint, now: datetime, send_at: datetime
) -> None:
    """Take a meeting off both calendars; whoever never got the invitation gets nothing. No commit."""
    attendees = _attendees(session, check_in)
    _withdraw(session, attendees, now)
    told = meetings.told(session, attendee_ids=[attendee.id for attendee in attendees])
    for attendee in attendees:
        attendee.sequence += 1
    invited = [one for one in attendees if one.id in told]
    _tell(session, touchpoint, invited, MessageKind.CANCELLATION, now=now, send_at=send_at)
    record(session, "check-in cancelled", check_in, now, None)


def set_aside(session: Session, plans: ColumnElement[bool], *, reason: str, now: datetime) -> None:
    """Take these plans' coming meetings off both calendars, to be placed anew if they go on. The caller commits."""
    for check_in, touchpoint in meetings.coming(session, plans, now=now):
        uninvite(session, check_in=check_in, touchpoint=touchpoint, now=now, send_at=now)
        check_in.state, check_in.reason = CheckInState.UNPLACED, reason


def add(session: Session, touchpoint: Touchpoint, *, person_id: int, coach_id: int, now: datetime) -> CheckIn:
    """Add a meeting without a time, with a copy for each of the two calendars. No commit."""
    check_in = CheckIn(
        touchpoint_id=touchpoint.id,
        coach_id=coach_id,
        state=CheckInState.UNPLACED,
        created_at=now,
    )
    session.add(check_in)
    session.flush()
    session.add_all(
        CheckInAttendee(check_in_id=check_in.id, person_id=attendee, uid=vault.new_public_id())
        for attendee in (person_id, coach_id)
    )
    session.flush()
    return check_in


def record(session: Session, name: str, check_in: CheckIn, now: datetime, actor_id: int | None) -> None:
    """Write down what happened to a meeting. No commit."""
    touchpoint = session.get_one(Touchpoint, check_in.touchpoint_id)
    coach = session.get_one(Person, check_in.coach_id)
    history.record(
        session,
        name,
        at=now,
        organisation_id=coach.organisation_id,
        actor_id=actor_id,
        plan_id=touchpoint.plan_id,
        touchpoint_id=touchpoint.id,
        starts_at=check_in.starts_at.isoformat() if check_in.starts_at else None,
    )


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


def _attendees(session: Session, check_in: CheckIn) -> Sequence[CheckInAttendee]:
    return session.scalars(select(CheckInAttendee).where(CheckInAttendee.check_in_id == check_in.id)).all()


def _next_word(session: Session, attendee: CheckInAttendee) -> int:
    """The SEQUENCE of what a calendar is told next: 0 at first, and never one that it may have seen."""
    last = session.scalar(select(func.max(Message.n)).where(Message.attendee_id == attendee.id))
    return attendee.sequence if last is None else max(attendee.sequence, last + 1)


def _withdraw(session: Session, attendees: Sequence[CheckInAttendee], now: datetime) -> None:
    """Stop invitations that have not left: a newer one, or none, takes their place."""
    outbox.replace(session, attendee_ids=[attendee.id for attendee in attendees], now=now)


def _tell(
    session: Session,
    touchpoint: Touchpoint,
    attendees: Sequence[CheckInAttendee],
    kind: MessageKind,
    *,
    now: datetime,
    send_at: datetime,
) -> None:
    session.flush()
    people = {attendee.person_id: session.get_one(Person, attendee.person_id) for attendee in attendees}
    mails = [
        mail(people[attendee.person_id], touchpoint, kind, now, attendee.sequence)
        | {"attendee_id": attendee.id, "send_at": send_at}
        for attendee in attendees
    ]
    outbox.post(session, mails, now=now)
