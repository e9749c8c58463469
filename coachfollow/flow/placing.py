"""Finds times for meetings that come soon, within what both offered; where there is none, says why and asks."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coachfollow.flow import checkins, dating, locking, outbox, sets
from coachfollow.models import CheckIn, CoachProfile, Person, Touchpoint
from coachfollow.queries import hours, meetings, wishes
from coachfollow.queries.meetings import Wanted
from coachfollow.rules import days, redating, slots_reasons, worktime
from coachfollow.rules.kinds import CheckInState, MessageKind, TouchpointState
from coachfollow.rules.slots_board import Board
from coachfollow.rules.slots_reasons import Reason, Ways
from coachfollow.rules.slots_values import Meeting, Problem

AHEAD = wishes.AHEAD
ASK_AGAIN = timedelta(days=7)
TOGETHER = 200  # meetings in one transaction: no lock is held long enough to be felt


class _Search:
    """What was wanted when a round of placing looked, and the times that it found."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.wanted = {one.id: one for one in problem.wanted}
        self.found = _found(problem)

    @cached_property
    def board(self) -> Board:
        """Everything that stands, with the times that were found: what else there is room for."""
        board = Board(self.problem)
        board.put(self.found.values())
        return board


def place_due(session: Session, *, now: datetime) -> tuple[int, int]:
    """Place all check-ins that come soon, together; gives how many got a time and how many did not.

    The times are found while no transaction is open. They are given under lock, many at once, if they are still free:
    what somebody else took meanwhile is left for the next time.
    """
    rows = meetings.waiting(session, now=now, ahead=AHEAD)
    plans = {row.touchpoint.id: row.touchpoint.plan_id for row in rows}
    problem = wishes.problem(session, rows, now=now)
    session.rollback()
    search = _Search(problem)
    placed = left = 0
    for some in sets.chunks(plans, TOGETHER):
        for has_time in _settled(session, search, some, plans, now):
            placed, left = placed + has_time, left + (not has_time)
    return placed, left


def _settled(
    session: Session, search: _Search, ids: Sequence[int], plans: Mapping[int, int], now: datetime
) -> Sequence[bool]:
    """Give these their times, or say why they have none; whether it was a time, for each that was settled."""
    try:
        done = _settle(session, search, ids, plans, now)
        session.commit()
    except IntegrityError:  # somebody who waits for no lock was quicker: whose it was is found by halves
        session.rollback()
        if len(ids) == 1:
            return []
        middle = len(ids) // 2
        halves = (ids[:middle], ids[middle:])
        done = [one for half in halves for one in _settled(session, search, half, plans, now)]
    return done


def _settle(
    session: Session, search: _Search, ids: Sequence[int], plans: Mapping[int, int], now: datetime
) -> Sequence[bool]:
    locking.plans(session, plan_ids={plans[one] for one in ids})
    rows = meetings.wanted(session, touchpoint_ids=ids, now=now)  # others were placed or stopped meanwhile
    locking.calendars(session, people={one.id for row in rows for one in (row.person, row.coach)})
    given = _still_free(session, search, [row for row in rows if row.touchpoint.id in search.found], now)
    without = [row for row in rows if row.touchpoint.id not in search.found]
    check_ins = _check_ins(session, [*given, *without], now)
    _place(session, search, [(row, check_ins[row.touchpoint.id]) for row in given], now)
    _explain(session, search, [(row, check_ins[row.touchpoint.id]) for row in without], now)
    return [*[True] * len(given), *[False] * len(without)]


def _found(problem: Problem) -> Mapping[int, Meeting]:
    if not problem.wanted:
        return {}
    from coachfollow.rules import slots_engine  # noqa: PLC0415  # SciPy: a worker starts without it

    return slots_engine.place(problem).meetings


def _still_free(session: Session, search: _Search, rows: Sequence[Wanted], now: datetime) -> Sequence[Wanted]:
    """Those whose time nobody has taken since it was found, by the coaches' limits too."""
    board, free = Board(wishes.standing(session, rows, now=now)), list[Wanted]()
    for row in rows:
        meeting = search.found[row.touchpoint.id]
        if meeting.coach == row.coach.id and board.takes(meeting):
            board.put([meeting])
            free.append(row)
    return free


def _check_ins(session: Session, rows: Sequence[Wanted], now: datetime) -> Mapping[int, CheckIn]:
    """The meetings of these follow-ups; whoever has none yet gets one."""
    new = [(row.touchpoint, row.person.id, row.coach.id) for row in rows if row.check_in is None]
    found = [row.check_in for row in rows if row.check_in is not None]
    return {one.touchpoint_id: one for one in [*found, *checkins.add_all(session, new, now=now)]}


def _place(session: Session, search: _Search, rows: Sequence[tuple[Wanted, CheckIn]], now: datetime) -> None:
    dates = [(row.touchpoint, _dates(search, row)) for row, _ in rows]
    sets.change(session, Touchpoint, dates)
    sets.change(session, CheckIn, [(check_in, _time(search, row)) for row, check_in in rows])
    met = [(check_in, row.touchpoint) for row, check_in in rows]
    checkins.invite(session, met, now=now, send_at=now)
    checkins.record(session, "check-in placed", met, now=now)


def _dates(search: _Search, row: Wanted) -> Mapping[str, object]:
    meeting, week = search.found[row.touchpoint.id], search.problem.people[row.person.id].week
    dates = redating.at_meeting(meeting.starts_at, week=week, zone=row.touchpoint.zone)
    return {
        **dating.columns(dates),
        "state": TouchpointState.PLANNED,  # one whose day had come waits for its new day
        "why": "the best time free for you and your coach",
    }


def _time(search: _Search, row: Wanted) -> Mapping[str, object]:
    meeting = search.found[row.touchpoint.id]
    return {
        "state": CheckInState.PLACED,
        "reason": None,
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "link": row.profile.meeting_link if row.profile else None,
    }


def _explain(
    session: Session, search: _Search, rows: Sequence[tuple[Wanted, CheckIn]], now: datetime
) -> None:
    """No time: say why, ask coaches for hours (once a week), tell participants who will call."""
    if not rows:
        return
    said = outbox.earlier(session, touchpoint_ids=[row.touchpoint.id for row, _ in rows])
    profiles, mails, reasons = dict[int, CoachProfile](), [], []
    for row, check_in in rows:
        ways = slots_reasons.explain(search.board, search.wanted[row.touchpoint.id])
        reasons.append((check_in, {"reason": _sentence(ways, zone=row.coach.zone)}))
        told = said[row.touchpoint.id, row.person.id, MessageKind.COACH_WILL_CALL]
        asked = said[row.touchpoint.id, row.coach.id, MessageKind.ASK_HOURS]
        if not told.standing:
            mails.append(_mail(row, row.person, MessageKind.COACH_WILL_CALL, now, told.next_n))
        if ways.reason is Reason.NO_HOURS and _may_ask(session, row, profiles, now):
            mails.append(_mail(row, row.coach, MessageKind.ASK_HOURS, now, asked.next_n))
    sets.change(session, CheckIn, reasons)
    outbox.post(session, mails, now=now)


def _mail(row: Wanted, to: Person, kind: MessageKind, now: datetime, n: int) -> Mapping[str, object]:
    return checkins.mail(to, row.touchpoint, kind, now, n)


def _sentence(ways: Ways, *, zone: str) -> str:
    """Why there is no time, and from when on there is one, by the coach's clock."""
    if ways.later is None:
        return str(ways.reason)
    day = worktime.local(ways.later.starts_at, zone).date()
    return f"{ways.reason}; from {days.said(day)} there is a time for both"


def _may_ask(session: Session, row: Wanted, profiles: dict[int, CoachProfile], now: datetime) -> bool:
    """Whether a week has passed since the coach was asked, whatever it was about; writes down that they are."""
    profile = row.profile or profiles.get(row.coach.id)
    if profile is None:  # named by a list, and never asked
        profile = profiles[row.coach.id] = CoachProfile(person_id=row.coach.id, meeting_minutes=hours.MINUTES)
        session.add(profile)
    if profile.asked_at is not None and profile.asked_at > now - ASK_AGAIN:
        return False
    profile.asked_at = now
    return True
