"""Moves what a plan has still to come, by whole days onto working days: intervals are kept, nothing piles up."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.models import CheckIn, FollowUpPlan, Person, Touchpoint
from coachfollow.rules import planning, worktime
from coachfollow.rules.words import TO_COME, CheckInState, TouchpointState
from coachfollow.rules.worktime import WorkingWeek


def after_pause(session: Session, *, plan: FollowUpPlan, now: datetime) -> None:
    """Move everything by the days of a pause; what was open is asked again, from today on. No commit.

    A meeting that took place before the pause stays where it was, with more time to say what came of it.
    """
    person = session.get_one(Person, plan.person_id)
    week, today = worktime.parse_week(person.working_week), worktime.local(now, person.zone).date()
    days = (today - worktime.local(plan.state_at, person.zone).date()).days
    rows = session.execute(
        select(Touchpoint, CheckIn.state)
        .outerjoin(CheckIn, CheckIn.touchpoint_id == Touchpoint.id)
        .where(Touchpoint.plan_id == plan.id, Touchpoint.state.in_(TO_COME))
    ).all()
    for touchpoint, meeting in rows:
        day = touchpoint.local_date + timedelta(days=days)
        if meeting is CheckInState.PLACED:
            _prolong(touchpoint, days=days)
        elif touchpoint.state is TouchpointState.OPEN:
            move_to(touchpoint, day=max(day, today), week=week)
            touchpoint.state = TouchpointState.PLANNED
        elif days:
            move_to(touchpoint, day=day, week=week)


def move_to(touchpoint: Touchpoint, *, day: date, week: WorkingWeek) -> None:
    """Give a touchpoint another day, and as long to answer it from there as it had before. No commit."""
    day = worktime.next_working_day(week, day)
    days = (day - touchpoint.local_date).days
    touchpoint.local_date = day
    touchpoint.local_time = worktime.clip_time(week, day, touchpoint.local_time)
    touchpoint.due_at = worktime.resolve(datetime.combine(day, touchpoint.local_time), touchpoint.zone)
    touchpoint.grace_until = planning.grace_until(week, day, zone=touchpoint.zone)
    touchpoint.closes_at = _later(touchpoint.closes_at, days=days, zone=touchpoint.zone)


def _prolong(touchpoint: Touchpoint, *, days: int) -> None:
    touchpoint.grace_until = _later(touchpoint.grace_until, days=days, zone=touchpoint.zone)
    touchpoint.closes_at = _later(touchpoint.closes_at, days=days, zone=touchpoint.zone)


def _later(moment: datetime, *, days: int, zone: str) -> datetime:
    """The same wall clock so many days later."""
    return worktime.resolve(worktime.local(moment, zone) + timedelta(days=days), zone)
