"""Finds times for meetings that come soon, within what both offered; where there is none, says why and asks."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from coachfollow.flow import checkins, dating, locking, outbox
from coachfollow.models import CheckIn, CoachProfile
from coachfollow.queries import hours, meetings, wishes
from coachfollow.queries.meetings import Wanted
from coachfollow.rules import days, redating, slots_reasons, worktime
from coachfollow.rules.kinds import CheckInState, MessageKind
from coachfollow.rules.slots_board import Board
from coachfollow.rules.slots_reasons import Reason, Ways
from coachfollow.rules.slots_values import Meeting, Problem
from coachfollow.rules.worktime import Hours

AHEAD = timedelta(days=21)  # invitations go out this long before
ASK_AGAIN = timedelta(days=7)


def place_due(session: Session, *, now: datetime) -> tuple[int, int]:
    """Place all check-ins that come soon, together; gives how many got a time and how many did not.

    The times are found while no transaction is open. Each is given under lock, if it is still free: what somebody
    else took meanwhile is left for the next time.
    """
    rows = meetings.waiting(session, now=now, ahead=AHEAD)
    waiting = [(row.touchpoint.id, row.touchpoint.plan_id) for row in rows]
    problem = wishes.problem(session, rows, now=now)
    session.rollback()
    found = _found(problem)
    board = Board(problem)
    board.put(found.values())
    wanted = {one.id: one for one in problem.wanted}
    placed = left = 0
    for touchpoint_id, plan_id in waiting:
        held = _held(session, touchpoint_id, plan_id)
        if held is None or touchpoint_id not in wanted:  # placed or stopped while we were at the ones before
            session.rollback()
        elif touchpoint_id not in found:
            _explain(session, held, slots_reasons.explain(board, wanted[touchpoint_id]), now)
            left += 1
        elif _is_free(session, held, found[touchpoint_id], now):
            _place(session, held, found[touchpoint_id], problem.people[held.person.id].week, now)
            placed += 1
        session.commit()
    return placed, left


def _found(problem: Problem) -> Mapping[int, Meeting]:
    if not problem.wanted:
        return {}
    from coachfollow.rules import slots_engine  # noqa: PLC0415  # SciPy: a worker starts without it

    return slots_engine.place(problem).meetings


def _is_free(session: Session, wanted: Wanted, meeting: Meeting, now: datetime) -> bool:
    """Whether nobody has taken the time since it was found, by the coach's limits too."""
    return Board(wishes.standing(session, wanted, now=now)).takes(meeting)


def _held(session: Session, touchpoint_id: int, plan_id: int) -> Wanted | None:
    """Give a meeting that still wants a time, with the plan and both calendars held."""
    locking.plan(session, plan_id=plan_id)
    wanted = meetings.wanted(session, touchpoint_id=touchpoint_id)
    if wanted is not None:
        locking.calendars(session, people=[wanted.person.id, wanted.coach.id])
    return wanted


def _place(session: Session, wanted: Wanted, meeting: Meeting, week: Hours, now: datetime) -> None:
    check_in, touchpoint = _check_in(session, wanted, now), wanted.touchpoint
    check_in.state, check_in.reason = CheckInState.PLACED, None
    check_in.starts_at, check_in.ends_at = meeting.starts_at, meeting.ends_at
    check_in.link = wanted.profile.meeting_link if wanted.profile else None
    dating.give(touchpoint, redating.at_meeting(meeting.starts_at, week=week, zone=touchpoint.zone))
    touchpoint.why = "the best time free for you and your coach"
    checkins.invite(session, check_in=check_in, touchpoint=touchpoint, now=now, send_at=now)
    checkins.record(session, "check-in placed", check_in, now, None)


def _explain(session: Session, wanted: Wanted, ways: Ways, now: datetime) -> None:
    """No time: say why, ask the coach for hours (once a week), tell the participant who will call."""
    check_in = _check_in(session, wanted, now)
    check_in.reason = _sentence(ways, zone=wanted.coach.zone)
    said = outbox.earlier(session, touchpoint_ids=[wanted.touchpoint.id])
    told = said[wanted.touchpoint.id, wanted.person.id, MessageKind.COACH_WILL_CALL]
    asked = said[wanted.touchpoint.id, wanted.coach.id, MessageKind.ASK_HOURS]
    mails = []
    if not told.standing:
        mails.append(
            checkins.mail(wanted.person, wanted.touchpoint, MessageKind.COACH_WILL_CALL, now, told.next_n)
        )
    if ways.reason is Reason.NO_HOURS and _may_ask(session, wanted, now):
        mails.append(checkins.mail(wanted.coach, wanted.touchpoint, MessageKind.ASK_HOURS, now, asked.next_n))
    outbox.post(session, mails, now=now)


def _sentence(ways: Ways, *, zone: str) -> str:
    """Why there is no time, and from when on there is one, by the coach's clock."""
    if ways.later is None:
        return str(ways.reason)
    day = worktime.local(ways.later.starts_at, zone).date()
    return f"{ways.reason}; from {days.said(day)} there is a time for both"


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
