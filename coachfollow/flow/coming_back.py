"""Brings back what had moved or been left out for a leave that is taken back, where its day is still to come."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from coachfollow.flow import enacting, foreseeing
from coachfollow.flow.foreseeing import Foreseen
from coachfollow.models import FollowUpPlan, Person
from coachfollow.queries import snapshots
from coachfollow.rules.absences import Leave
from coachfollow.rules.reckoning import Reckoning
from coachfollow.rules.replanning import Cause
from coachfollow.rules.snapshots import Standing
from coachfollow.rules.worktime import WorkingTime

BACK = Cause(because="a leave was taken back")


def come_back(
    session: Session, *, person_id: int, leave: Leave, now: datetime, actor_id: int | None
) -> Foreseen:
    """Let what is to come stand where it would without this leave, which counts no more already. No commit."""
    standings = snapshots.standing(session, FollowUpPlan.person_id == person_id)

    def becoming(_: Standing, there: Reckoning, week: WorkingTime) -> tuple[Reckoning, Reckoning]:
        return replace(there, week=replace(week, leave=(*week.leave, leave))), there

    worlds = foreseeing.by_their_programmes(session, standings, becoming)
    found = foreseeing.foreseen(session, standings, worlds=worlds, cause=BACK, about="", now=now)
    house = session.get_one(Person, person_id).organisation_id
    enacting.enact(session, found, organisation_id=house, now=now, actor_id=actor_id)
    return found
