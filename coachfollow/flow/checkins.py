"""Places check-ins at times both offered, invites both, and takes back what no longer stands."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.errors import Conflict, NotFound
from coachfollow.flow import history, holding, outbox
from coachfollow.models import (
    CheckIn,
    CheckInAttendee,
    Coaching,
    CoachProfile,
    FollowUpPlan,
    Message,
    Person,
    Touchpoint,
)
from coachfollow.queries import meetings
from coachfollow.queries.meetings import Wanted
from coachfollow.rules import planning, slots, worktime
from coachfollow.rules.planning import OPEN_DAYS
from coachfollow.rules.slots import Slot
from coachfollow.rules.words import (
    TO_COME,
    CheckInState,
    MessageKind,
    MessageState,
    StepKind,
    TouchpointState,
)

AHEAD = timedelta(days=21)  # invitations go out this long before
WINDOW = 10  # days after the ideal one
NOTICE = timedelta(hours=24)
ASK_AGAIN = timedelta(days=7)
MINUTES = 30

NO_HOURS = "the coach has not said when they can be booked"
NO_COMMON_TIME = "no time within ten days is free for both"


def place_due(session: Session, *, now: datetime) -> tuple[int, int]:
    """Place every check-in that comes soon; gives how many got a time and how many did not."""
    placed = left = 0
    for touchpoint_id, plan_id in meetings.unplaced(session, now=now, ahead=AHEAD):
        wanted = _held(session, touchpoint_id, plan_id)
        if wanted is None:  # placed or stopped while we were at the ones before
            session.rollback()
            continue
        slot = _slot(session, wanted, now)
        if slot is None:
            _explain(session, wanted, now)
            left += 1
        else:
            _place(session, wanted, slot, now)
            placed += 1
        session.commit()
    return placed, left


def move(
    session: Session, *, check_in: CheckIn, starts_at: datetime, now: datetime, actor_id: int | None
) -> None:
    """Move a meeting to a time its coach chose; both calendars are updated. Raises Conflict."""
    touchpoint = session.get_one(Touchpoint, check_in.touchpoint_id)
    holding.plan(session, plan_id=touchpoint.plan_id)
    attendees = _attendees(session, check_in)
    holding.calendars(session, people=[attendee.person_id for attendee in attendees])
    profile = session.get(CoachProfile, check_in.coach_id)
    length = timedelta(minutes=profile.meeting_minutes if profile else MINUTES)
    if starts_at <= now:
        raise Conflict("That time has passed; choose one to come.")
    refuse_settled(check_in, touchpoint)
    for attendee in attendees:
        for begin, end in meetings.busy(session, person_id=attendee.person_id, since=now):
            if begin < starts_at + length and starts_at < end and begin != check_in.starts_at:
                raise Conflict("One of you has another meeting at that time; choose another.")
    check_in.state, check_in.starts_at, check_in.ends_at = CheckInState.PLACED, starts_at, starts_at + length
    check_in.link, check_in.reason = profile.meeting_link if profile else None, None
    touchpoint.state = TouchpointState.PLANNED  # one whose day had come waits for its new day
    _follow(session, touchpoint, starts_at, "moved by the coach")
    for attendee in attendees:
        attendee.sequence += 1
    _withdraw(session, attendees, now)
    _invite(session, touchpoint, attendees, MessageKind.INVITATION, now)
    record(session, "check-in moved", check_in, now, actor_id)
    session.commit()


def refuse_settled(check_in: CheckIn, touchpoint: Touchpoint) -> None:
    """Raise Conflict for a meeting about which everything has been said."""
    if check_in.state not in {CheckInState.PLACED, CheckInState.UNPLACED}:
        raise Conflict("This meeting has been settled already.")
    if touchpoint.state not in TO_COME:
        raise Conflict(f"This meeting is {touchpoint.state.value}; nothing can be said of it any more.")


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
    return _add(session, touchpoint, person_id=plan.person_id, coach_id=coach_id, now=now)


def cancel_plan(session: Session, *, plan_id: int, now: datetime) -> None:
    """Take a plan's coming meetings off both calendars. The caller commits."""
    for check_in, touchpoint in meetings.coming(session, FollowUpPlan.id == plan_id, now=now):
        cancel(session, check_in=check_in, touchpoint=touchpoint, now=now)


def set_aside(session: Session, plans: ColumnElement[bool], *, reason: str, now: datetime) -> None:
    """Take these plans' coming meetings off both calendars, to be placed anew if they go on. The caller commits."""
    for check_in, touchpoint in meetings.coming(session, plans, now=now):
        cancel(session, check_in=check_in, touchpoint=touchpoint, now=now)
        check_in.state, check_in.reason = CheckInState.UNPLACED, reason


def cancel(session: Session, *, check_in: CheckIn, touchpoint: Touchpoint, now: datetime) -> None:
    """Take one meeting off both calendars; whoever never got the invitation gets nothing. No commit."""
    attendees = _attendees(session, check_in)
    _withdraw(session, attendees, now)
    told = set(
        session.scalars(
            select(Message.attendee_id).where(
                Message.attendee_id.in_([attendee.id for attendee in attendees]),
                Message.kind == MessageKind.INVITATION,
                Message.state.not_in([MessageState.CANCELLED, MessageState.EXPIRED, MessageState.FAILED]),
            )
        )
    )
    check_in.state = CheckInState.CANCELLED
    for attendee in attendees:
        attendee.sequence += 1
    _invite(session, touchpoint, [one for one in attendees if one.id in told], MessageKind.CANCELLATION, now)
    record(session, "check-in cancelled", check_in, now, None)


def _held(session: Session, touchpoint_id: int, plan_id: int) -> Wanted | None:
    """Give a meeting that still wants a time, with the plan and both calendars held."""
    holding.plan(session, plan_id=plan_id)
    wanted = meetings.wanted(session, touchpoint_id=touchpoint_id)
    if wanted is not None:
        holding.calendars(session, people=[wanted.person.id, wanted.coach.id])
    return wanted


def _slot(session: Session, wanted: Wanted, now: datetime) -> Slot | None:
    profile = wanted.profile
    if profile is None or not profile.bookable_week:
        return None
    ideal = max(
        worktime.local(wanted.touchpoint.due_at, wanted.coach.zone).date(),
        worktime.local(now + NOTICE, wanted.coach.zone).date(),
    )
    return slots.first_free(
        ideal=ideal,
        latest=ideal + timedelta(days=WINDOW),
        not_before=now + NOTICE,
        coach_week=worktime.parse_week(profile.bookable_week),
        coach_zone=wanted.coach.zone,
        coach_busy=meetings.busy(session, person_id=wanted.coach.id, since=now),
        person_week=worktime.parse_week(wanted.person.working_week),
        person_zone=wanted.person.zone,
        person_busy=meetings.busy(session, person_id=wanted.person.id, since=now),
        minutes=profile.meeting_minutes,
    )


def _place(session: Session, wanted: Wanted, slot: Slot, now: datetime) -> None:
    check_in = wanted.check_in or _added(session, wanted, now)
    check_in.state, check_in.reason = CheckInState.PLACED, None
    check_in.starts_at, check_in.ends_at = slot.starts_at, slot.ends_at
    check_in.link = wanted.profile.meeting_link if wanted.profile else None
    _follow(session, wanted.touchpoint, slot.starts_at, "the first time free for you and your coach")
    attendees = _attendees(session, check_in)
    for attendee in attendees:
        attendee.sequence += attendee.sequence > 0  # newer than the cancellation that went before
    _invite(session, wanted.touchpoint, attendees, MessageKind.INVITATION, now)
    record(session, "check-in placed", check_in, now, None)


def _explain(session: Session, wanted: Wanted, now: datetime) -> None:
    """No time: say why, ask the coach for hours (once a week), tell the participant who will call."""
    check_in = wanted.check_in or _added(session, wanted, now)
    profile = wanted.profile
    check_in.reason = NO_COMMON_TIME if profile and profile.bookable_week else NO_HOURS
    said = outbox.earlier(session, touchpoint_ids=[wanted.touchpoint.id])
    told = said[wanted.touchpoint.id, wanted.person.id, MessageKind.COACH_WILL_CALL]
    asked = said[wanted.touchpoint.id, wanted.coach.id, MessageKind.ASK_HOURS]
    mails = []
    if not told.standing:
        mails.append(_mail(wanted.person, wanted.touchpoint, MessageKind.COACH_WILL_CALL, now, told.next_n))
    if check_in.reason == NO_HOURS and _may_ask(session, wanted, now):
        mails.append(_mail(wanted.coach, wanted.touchpoint, MessageKind.ASK_HOURS, now, asked.next_n))
    outbox.post(session, mails, now=now)


def _may_ask(session: Session, wanted: Wanted, now: datetime) -> bool:
    """Whether a week has passed since the coach was asked, whatever it was about; writes down that they are."""
    profile = wanted.profile
    if profile is None:  # named by a list, and never asked
        profile = CoachProfile(person_id=wanted.coach.id, meeting_minutes=MINUTES)
        session.add(profile)
    if profile.asked_at is not None and profile.asked_at > now - ASK_AGAIN:
        return False
    profile.asked_at = now
    return True


def _added(session: Session, wanted: Wanted, now: datetime) -> CheckIn:
    person_id, coach_id = wanted.person.id, wanted.coach.id
    return _add(session, wanted.touchpoint, person_id=person_id, coach_id=coach_id, now=now)


def _add(
    session: Session, touchpoint: Touchpoint, *, person_id: int, coach_id: int, now: datetime
) -> CheckIn:
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


def _follow(session: Session, touchpoint: Touchpoint, starts_at: datetime, why: str) -> None:
    """Let the follow-up's own date be that of the meeting, where the participant lives."""
    week = worktime.parse_week(_week(session, touchpoint))
    here = worktime.local(starts_at, touchpoint.zone)
    touchpoint.local_date, touchpoint.local_time = here.date(), here.time()
    touchpoint.due_at = starts_at
    touchpoint.grace_until = planning.grace_until(week, here.date(), zone=touchpoint.zone)
    touchpoint.closes_at = worktime.end_of_day(here.date() + timedelta(days=OPEN_DAYS), touchpoint.zone)
    touchpoint.why = why


def _week(session: Session, touchpoint: Touchpoint) -> str:
    from_plan = select(Person.working_week).join(CheckInAttendee, CheckInAttendee.person_id == Person.id)
    return session.scalars(
        from_plan.join(CheckIn, CheckIn.id == CheckInAttendee.check_in_id).where(
            CheckIn.touchpoint_id == touchpoint.id, CheckInAttendee.person_id != CheckIn.coach_id
        )
    ).one()


def _attendees(session: Session, check_in: CheckIn) -> Sequence[CheckInAttendee]:
    return session.scalars(select(CheckInAttendee).where(CheckInAttendee.check_in_id == check_in.id)).all()


def _withdraw(session: Session, attendees: Sequence[CheckInAttendee], now: datetime) -> None:
    """Stop invitations that have not left: a newer one, or none, takes their place."""
    outbox.replace(session, attendee_ids=[attendee.id for attendee in attendees], now=now)


def _invite(
    session: Session,
    touchpoint: Touchpoint,
    attendees: Sequence[CheckInAttendee],
    kind: MessageKind,
    now: datetime,
) -> None:
    session.flush()
    people = {attendee.person_id: session.get_one(Person, attendee.person_id) for attendee in attendees}
    outbox.post(
        session,
        [
            _mail(people[attendee.person_id], touchpoint, kind, now, attendee.sequence)
            | {"attendee_id": attendee.id}
            for attendee in attendees
        ],
        now=now,
    )


def _mail(
    person: Person, touchpoint: Touchpoint, kind: MessageKind, now: datetime, n: int
) -> dict[str, object]:
    return {
        "organisation_id": person.organisation_id,
        "person_id": person.id,
        "plan_id": touchpoint.plan_id,
        "touchpoint_id": touchpoint.id,
        "attendee_id": None,
        "kind": kind,
        "n": n,
        "send_at": now,
        "expires_at": max(touchpoint.closes_at, now + NOTICE),
    }


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
