"""Knows which steps only led up to a day that has come: afterwards they would make no sense, however late we are."""

from datetime import datetime

from sqlalchemy.orm import Session

from coachfollow.models import Cohort
from coachfollow.queries import schedules
from coachfollow.rules import cadence, worktime

PASSED = "its day had passed before the follow-up began"


def passed(session: Session, *, cohort: Cohort, now: datetime) -> frozenset[int]:
    """The ids of these steps of a cohort's programme."""
    steps = schedules.steps(session, version_id=cohort.programme_version_id)
    eves = cadence.eves(tuple(steps.values()), sessions=schedules.sessions(session, cohort))
    today = worktime.local(now, cohort.zone).date()
    return frozenset(
        step_id for step_id, step in steps.items() if step.key in eves and eves[step.key] <= today
    )
