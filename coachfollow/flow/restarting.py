"""Starts follow-ups again that were stopped by hand: by their person, or by staff whom they asked to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import changing, locking
from coachfollow.models import FollowUpPlan, Person, Touchpoint
from coachfollow.queries import decided, relations, snapshots
from coachfollow.queries.decided import Stop
from coachfollow.rules import decisions, restarting
from coachfollow.rules.changes import Change
from coachfollow.rules.kinds import TouchpointState
from coachfollow.rules.levers import Restart

ASK_THEM = "Start it again only if they asked you to, and say so here: it was theirs to stop."
NOT_YOURS = "Your coach or the L&D team stopped this follow-up. Please tell them if you want it back."


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What starting again would bring back, and whether its own person had stopped it."""

    change: Change
    is_own: bool


def offered(session: Session, *, plan_id: int, now: datetime) -> Offer | None:
    """Say what starting again would bring back; None where it cannot be. Nothing is written."""
    try:
        stop, lever = _stop(session, plan_id, now)
        change = decisions.decide(snapshots.of(session, plan_id=plan_id, now=now), lever, now=now)
    except Conflict:
        return None
    return Offer(change=change, is_own=stop.is_own)


def take_back(session: Session, *, plan_id: int, now: datetime, person_id: int) -> None:
    """Start a follow-up again for its own person, who had stopped it; raises Conflict where it cannot be."""
    _restart(session, plan_id, now, actor_id=person_id, for_them=False)


def restart(session: Session, *, plan_id: int, now: datetime, actor_id: int | None, agreed: bool) -> None:
    """Start somebody's follow-up again, who `agreed`; raises Invalid if not, Conflict where it cannot be."""
    if not agreed:
        raise Invalid(ASK_THEM, {"agreed": ASK_THEM})
    _restart(session, plan_id, now, actor_id=actor_id, for_them=True)


def _restart(session: Session, plan_id: int, now: datetime, *, actor_id: int | None, for_them: bool) -> None:
    plan = locking.plan(session, plan_id=plan_id)
    stop, lever = _stop(session, plan_id, now, agreed=for_them)
    if not (for_them or stop.is_own):
        raise Conflict(NOT_YOURS)
    change = decisions.decide(snapshots.of(session, plan_id=plan_id, now=now), lever, now=now)
    changing.enact(session, plan=plan, change=change, lever=lever, now=now, actor_id=actor_id)
    _keep_zone(session, plan)
    session.commit()


def _stop(session: Session, plan_id: int, now: datetime, *, agreed: bool = False) -> tuple[Stop, Restart]:
    """How it was stopped, for whoever is still here; raises Conflict."""
    here = select(Person.id).join(FollowUpPlan, FollowUpPlan.person_id == Person.id)
    here = here.where(FollowUpPlan.id == plan_id, Person.erased_at.is_(None), relations.is_here(Person, now))
    stop = decided.last_stop(session, plan_id=plan_id)
    if stop is None or session.scalar(here) is None:
        raise Conflict(restarting.NOT_BY_HAND)
    return stop, Restart(stop=stop.change, agreed=agreed)


def _keep_zone(session: Session, plan: FollowUpPlan) -> None:
    """Say of what is planned again in which zone its day and hour are meant, if its person has moved meanwhile."""
    there = select(Person.zone).where(Person.id == plan.person_id).scalar_subquery()
    session.execute(
        update(Touchpoint)
        .where(Touchpoint.plan_id == plan.id, Touchpoint.state == TouchpointState.PLANNED)
        .values(zone=there)
        .execution_options(synchronize_session=False)
    )
