"""Works follow-ups out again by the clock of another place, when people live there from now on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.flow import enacting, foreseeing, history, locking, sets
from coachfollow.flow.foreseeing import Foreseen
from coachfollow.models import FollowUpPlan, Person, Touchpoint
from coachfollow.queries import schedules, snapshots
from coachfollow.rules.kinds import PlanState
from coachfollow.rules.reckoning import Reckoning
from coachfollow.rules.replanning import Cause, Standing
from coachfollow.rules.worktime import Hours

MOVED_HOUSE = Cause(because="they live in another time zone")
AT_ONCE = 500  # people whose follow-ups are in memory together


@dataclass(frozen=True, slots=True, kw_only=True)
class Rezoned:
    """How many people have another clock, and how many of their follow-ups come at another moment for it."""

    people: int
    moved: int


def foresee(session: Session, zones: Mapping[int, str], *, now: datetime) -> Rezoned:
    """Say what follows when these people live in these zones; nothing is written."""
    found = [_foreseen(session, dict(some), now) for some in sets.chunks(zones.items(), AT_ONCE)]
    return Rezoned(people=len(zones), moved=sum(one.moved for one in found))


def rezone(
    session: Session, zones: Mapping[int, str], *, organisation_id: int, now: datetime, actor_id: int | None
) -> Rezoned:
    """Let these people live in these zones; what is to come keeps its day and hour. No commit."""
    moved = 0
    for people in sets.chunks(sorted(zones), AT_ONCE):  # all before any person is written
        theirs = select(FollowUpPlan.id).where(FollowUpPlan.person_id.in_(people))
        locking.plans(session, plan_ids=session.scalars(theirs).all())
    for some in sets.chunks(zones.items(), AT_ONCE):
        found = _foreseen(session, dict(some), now)
        moved += found.moved
        _record(session, dict(some), organisation_id, now, actor_id)
        session.execute(update(Person), [{"id": person_id, "zone": zone} for person_id, zone in some])
        _keep(session, dict(some), now)
        enacting.enact(session, found, organisation_id=organisation_id, now=now, actor_id=actor_id)
    return Rezoned(people=len(zones), moved=moved)


def _foreseen(session: Session, zones: Mapping[int, str], now: datetime) -> Foreseen:
    standings = snapshots.standing(session, FollowUpPlan.person_id.in_(list(zones)))
    frames = schedules.frames(session, {(one.cohort_id, one.version_id) for one in standings})

    def worlds(plan: Standing, week: Hours, zone: str) -> tuple[Reckoning, Reckoning]:
        frame = frames[plan.cohort_id, plan.version_id]
        there = zones[plan.person_id]
        return (
            Reckoning(steps=frame.steps, sessions=frame.sessions, week=week, zone=zone),
            Reckoning(steps=frame.steps, sessions=frame.sessions, week=week, zone=there),
        )

    return foreseeing.foreseen(session, standings, worlds=worlds, cause=MOVED_HOUSE, about="", now=now)


def _record(
    session: Session, zones: Mapping[int, str], organisation_id: int, now: datetime, actor_id: int | None
) -> None:
    was = session.execute(select(Person.id, Person.zone).where(Person.id.in_(list(zones))))
    rows = [
        {
            "organisation_id": organisation_id,
            "person_id": person_id,
            "actor_id": actor_id,
            "facts": {"was": zone, "becomes": zones[person_id]},
        }
        for person_id, zone in was
    ]
    history.record_all(session, "zone changed", at=now, rows=rows)


def _keep(session: Session, zones: Mapping[int, str], now: datetime) -> None:
    """Say of what nobody was asked yet in which zone its day and hour are meant."""
    plans = snapshots.living(FollowUpPlan.person_id.in_(list(zones)))
    waits = (Touchpoint.due_at > now) | (FollowUpPlan.state != PlanState.ACTIVE)
    there = select(Person.zone).where(Person.id == FollowUpPlan.person_id).scalar_subquery()
    session.execute(
        update(Touchpoint)
        .where(Touchpoint.plan_id == FollowUpPlan.id, plans, snapshots.unasked(), waits)
        .values(zone=there)
        .execution_options(synchronize_session=False)
    )
