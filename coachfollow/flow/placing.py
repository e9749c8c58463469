"""Finds times for meetings that come soon, within what both offered; where there is none, says why and asks."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from coachfollow.flow import checkins, dating, locking, outbox
from coachfollow.models import CheckIn, CoachProfile
from coachfollow.queries import hours, meetings, worktimes
from coachfollow.queries.meetings import Wanted
from coachfollow.rules import redating, slots, worktime
from coachfollow.rules.kinds import CheckInState, MessageKind
from coachfollow.rules.slots import Slot

AHEAD = timedelta(days=21)  # invitations go out this long before
WINDOW = 10  # days after the ideal one
NOTICE = timedelta(hours=24)
ASK_AGAIN = timedelta(days=7)

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


def _held(session: Session, touchpoint_id: int, plan_id: int) -> Wanted | None:
    """Give a meeting that still wants a time, with the plan and both calendars held."""
    locking.plan(session, plan_id=plan_id)
    wanted = meetings.wanted(session, touchpoint_id=touchpoint_id)
    if wanted is not None:
        locking.calendars(session, people=[wanted.person.id, wanted.coach.id])
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
        person_week=worktimes.of_person(session, person_id=wanted.person.id, now=now),
        person_zone=wanted.person.zone,
        person_busy=meetings.busy(session, person_id=wanted.person.id, since=now),
        minutes=profile.meeting_minutes,
    )


def _place(session: Session, wanted: Wanted, slot: Slot, now: datetime) -> None:
    check_in, touchpoint = _check_in(session, wanted, now), wanted.touchpoint
    check_in.state, check_in.reason = CheckInState.PLACED, None
    check_in.starts_at, check_in.ends_at = slot.starts_at, slot.ends_at
    check_in.link = wanted.profile.meeting_link if wanted.profile else None
    week = worktimes.of_person(session, person_id=wanted.person.id, now=now)
    dating.give(touchpoint, redating.at_meeting(slot.starts_at, week=week, zone=touchpoint.zone))
    touchpoint.why = "the first time free for you and your coach"
    checkins.invite(session, check_in=check_in, touchpoint=touchpoint, now=now, send_at=now)
    checkins.record(session, "check-in placed", check_in, now, None)


def _explain(session: Session, wanted: Wanted, now: datetime) -> None:
    """No time: say why, ask the coach for hours (once a week), tell the participant who will call."""
    check_in = _check_in(session, wanted, now)
    profile = wanted.profile
    check_in.reason = NO_COMMON_TIME if profile and profile.bookable_week else NO_HOURS
    said = outbox.earlier(session, touchpoint_ids=[wanted.touchpoint.id])
    told = said[wanted.touchpoint.id, wanted.person.id, MessageKind.COACH_WILL_CALL]
    asked = said[wanted.touchpoint.id, wanted.coach.id, MessageKind.ASK_HOURS]
    mails = []
    if not told.standing:
        mails.append(
            checkins.mail(wanted.person, wanted.touchpoint, MessageKind.COACH_WILL_CALL, now, told.next_n)
        )
    if check_in.reason == NO_HOURS and _may_ask(session, wanted, now):
        mails.append(checkins.mail(wanted.coach, wanted.touchpoint, MessageKind.ASK_HOURS, now, asked.next_n))
    outbox.post(session, mails, now=now)


def _may_ask(session: Session, wanted: Wanted, now: datetime) -> bool:
    """Whether a week has passed since the coach was asked, whatever it was about; writes down that they are."""
    profile = wanted.profile
    if profile is None:  # named by a list, and never asked
        profile = CoachProfile(person_id=wanted.coach.id, meeting_minutes=hours.MINUTES)
        session.add(profile)
    if profile.asked_at is not None and profile.asked_at > now - ASK_AGAIN:
        return False
    profile.asked_at = now
    return True


def _check_in(session: Session, wanted: Wanted, now: datetime) -> CheckIn:
    if wanted.check_in is not None:
        return wanted.check_in
    return checkins.add(
        session, wanted.touchpoint, person_id=wanted.person.id, coach_id=wanted.coach.id, now=now
    )
