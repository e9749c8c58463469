"""A participant chooses another time for their meeting, among those that are free for both; the coach is told."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict
from coachfollow.flow import changing, locking
from coachfollow.queries import own_times, snapshots
from coachfollow.rules import decisions, rearranging
from coachfollow.rules.kinds import CheckInState
from coachfollow.rules.levers import Meet

TAKEN = "Somebody was quicker: that time is not free any more. Please choose another."


def choose(
    session: Session, *, plan_id: int, follow_up: int, starts_at: datetime, now: datetime, person_id: int
) -> None:
    """Move a meeting to a time that is free for both, and tell both calendars; the time it has changes nothing.

    Raises Conflict where it is too late, or somebody took that time meanwhile.
    """
    plan = locking.plan(session, plan_id=plan_id)
    changing.hold_calendars(session, plan)
    snapshot = snapshots.of(session, plan_id=plan.id, now=now)
    one = snapshot.follow_up(follow_up)
    course = one.course
    stands = (course.meeting.state, course.meeting.starts_at) if course.meeting else (None, None)
    if stands == (CheckInState.PLACED, starts_at):  # a second click
        session.rollback()
        return
    too_late = rearranging.refused(course.state, *stands, now=now)
    if too_late is not None:
        raise Conflict(too_late)
    if not own_times.is_free(session, plan_id=plan.id, follow_up=one.id, key=one.key, at=starts_at, now=now):
        raise Conflict(TAKEN)
    lever = Meet(follow_up=follow_up, starts_at=starts_at, is_own=True)
    change = decisions.decide(snapshot, lever, now=now)
    try:
        changing.enact(
            session,
            plan=plan,
            change=change,
            lever=lever,
            now=now,
            actor_id=person_id,
            wait=changing.SECOND_THOUGHTS,
        )
        session.commit()
    except IntegrityError:  # somebody who waits for no lock
        session.rollback()
        raise Conflict(TAKEN) from None
