"""Reads what a participant may choose instead of the time of their meeting, or why nothing, and whom to write to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from coachfollow.errors import NotFound
from coachfollow.models import Person
from coachfollow.queries import decided, timelines, wishes
from coachfollow.queries.plan_heads import PlanHead
from coachfollow.queries.timelines import Dated
from coachfollow.rules import rearranging, slots_offers
from coachfollow.rules.changes import Key
from coachfollow.rules.kinds import StepKind
from coachfollow.rules.slots_board import Board
from coachfollow.rules.slots_values import Problem, Wanted

DAYS, A_DAY = 5, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTimes:
    """A meeting, the times it could have instead, or why it can have none; `address` is its coach's."""

    follow_up: int
    starts_at: datetime | None
    problem: str | None
    times: Sequence[datetime]
    address: str


def of(session: Session, *, head: PlanHead, follow_up: int, now: datetime) -> OwnTimes:
    """Give what a meeting of a plan could have instead of its time; raises NotFound for what is no meeting of it."""
    dates = timelines.dates(session, plan_id=head.plan_id)
    one = next((one for one in dates if one.id == follow_up and one.kind is StepKind.CHECK_IN), None)
    if one is None:
        raise NotFound("There is no such meeting.")
    coach = session.get(Person, head.coach_id) if head.coach_id is not None else None
    problem = rearranging.refused(one.state, one.meeting, one.starts_at, now=now)
    return OwnTimes(
        follow_up=one.id,
        starts_at=one.starts_at,
        problem=problem,
        times=() if problem else _free(session, plan_id=head.plan_id, one=one, now=now),
        address=(coach.email or "") if coach is not None else "",
    )


def is_free(session: Session, *, plan_id: int, follow_up: int, key: Key, at: datetime, now: datetime) -> bool:
    """Whether a meeting could have that time instead of its own."""
    asked = _asked(session, plan_id=plan_id, follow_up=follow_up, key=key, now=now)
    return asked is not None and slots_offers.is_free(Board(asked[0]), asked[1], at=at)


def _free(session: Session, *, plan_id: int, one: Dated, now: datetime) -> Sequence[datetime]:
    asked = _asked(session, plan_id=plan_id, follow_up=one.id, key=one.key, now=now)
    if asked is None:
        return ()
    return slots_offers.spread(Board(asked[0]), asked[1], days=DAYS, a_day=A_DAY, but=one.starts_at)


def _asked(
    session: Session, *, plan_id: int, follow_up: int, key: Key, now: datetime
) -> tuple[Problem, Wanted] | None:
    """What choosing has to know; however often somebody moves a meeting, it stays within its window of before."""
    asked = wishes.choice(session, touchpoint_id=follow_up, now=now, window=wishes.WINDOW)
    before = decided.before_own_moves(session, plan_id=plan_id, key=key)
    if asked is None or before is None:
        return asked
    problem, wanted = asked
    zone = problem.coaches[wanted.coaches[0]].zone
    last = wishes.last_of(before.dates.due_at, wishes.WINDOW, zone=zone, closes_at=before.dates.closes_at)
    return problem, replace(wanted, latest=min(wanted.latest, last))
