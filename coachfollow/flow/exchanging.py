"""Makes room for a meeting that found no time: others of its coach move for it, all at once or not at all."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from coachfollow.errors import Conflict
from coachfollow.flow import changing, locking
from coachfollow.queries import snapshots, ways
from coachfollow.rules import decisions
from coachfollow.rules.levers import Meet


def make_room(
    session: Session, *, follow_up: int, shown: str, now: datetime, actor_id: int | None, wait: timedelta
) -> None:
    """Move what was shown to move, and give the meeting its time; raises Conflict if that has become something else.

    Each plan keeps its own change, so each move can be taken back on its page, this meeting's first.
    """
    way = ways.of(session, follow_up=follow_up, now=now)
    if way is None or not way.steps or way.mark != shown:
        raise Conflict(changing.MOVED_ON)
    locking.plans(session, plan_ids={one.plan_id for one in way.steps})
    locking.calendars(session, people={way.coach_id, *(one.person_id for one in way.steps)})
    for one in reversed(way.steps):  # the last goes where it is free, the one before takes its place
        plan = locking.plan(session, plan_id=one.plan_id)
        lever = Meet(follow_up=one.follow_up, starts_at=one.becomes)
        snapshot = snapshots.of(session, plan_id=plan.id, now=now)
        change = decisions.decide(snapshot, lever, now=now)
        changing.enact(session, plan=plan, change=change, lever=lever, now=now, actor_id=actor_id, wait=wait)
    session.commit()
