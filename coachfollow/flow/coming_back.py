"""Brings back what had moved or been left out for a leave that is taken back, where its day is still to come."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from coachfollow.flow import enacting, foreseeing
from coachfollow.flow.foreseeing import Foreseen
from coachfollow.models import FollowUpPlan, Person
from coachfollow.queries import schedules, snapshots
from coachfollow.rules.absences import Leave
from coachfollow.rules.reckoning import Reckoning
from coachfollow.rules.replanning import Cause, Standing
from coachfollow.rules.worktime import WorkingTime

BACK = Cause(because="a leave was taken back")


def come_back(
    session: Session, *, person_id: int, leave: Leave, now: datetime, actor_id: int | None
) -> Foreseen:
    """Let what is to come stand where it would without this leave, which counts no more already. No commit."""
    standings = snapshots.standing(session, FollowUpPlan.person_id == person_id)
    frames = schedules.frames(session, {(one.cohort_id, one.version_id) for one in standings})

    def worlds(plan: Standing, week: WorkingTime, zone: str) -> tuple[Reckoning, Reckoning]:
        frame = frames[plan.cohort_id, plan.version_id]
        away = replace(week, leave=(*week.leave, leave))
        return (
            Reckoning(steps=frame.steps, sessions=frame.sessions, week=away, zone=zone),
            Reckoning(steps=frame.steps, sessions=frame.sessions, week=week, zone=zone),
        )

    found = foreseeing.foreseen(session, standings, worlds=worlds, cause=BACK, about="", now=now)
    house = session.get_one(Person, person_id).organisation_id
    enacting.enact(session, found, organisation_id=house, now=now, actor_id=actor_id)
    return found
