"""Reads whether the coaches of a group to come can hold the meetings that are planned, with those of other groups."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from coachfollow.models import Coaching, FollowUpPlan, Touchpoint
from coachfollow.queries import meetings, simulations, wishes
from coachfollow.rules import slots_load
from coachfollow.rules.kinds import PlanState, StepKind, TouchpointState
from coachfollow.rules.slots_load import Load

RUNNING = (PlanState.DRAFT, PlanState.ACTIVE)


def load(session: Session, *, cohort_id: int) -> Load:
    """Weigh the meetings to come of a group's coaches against their hours and limits, in two statements.

    What has a time already is weighed by its day; whoever gave no hours is left out, and named elsewhere.
    """
    coaches = [one for one in simulations.coaches(session, cohort_id=cohort_id) if one.week is not None]
    wanted = _wanted(session, coaches=[one.id for one in coaches])
    return slots_load.load(wanted, coaches=coaches)


def _wanted(session: Session, *, coaches: Sequence[int]) -> Mapping[int, Sequence[tuple[date, date]]]:
    rows = session.execute(
        select(Coaching.coach_id, Touchpoint.local_date, Touchpoint.closes_at)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Coaching, (Coaching.plan_id == FollowUpPlan.id) & Coaching.to_at.is_(None))
        .where(
            Coaching.coach_id.in_(coaches),
            FollowUpPlan.state.in_(RUNNING),
            FollowUpPlan.stop_reason.is_(None),
            Touchpoint.kind == StepKind.CHECK_IN,
            or_(
                Touchpoint.state == TouchpointState.PLANNED,
                and_(Touchpoint.state == TouchpointState.OPEN, meetings.WITHOUT_A_TIME),
            ),
        )
    )
    found: defaultdict[int, list[tuple[date, date]]] = defaultdict(list)
    for coach_id, day, closes_at in rows:
        found[coach_id].append((day, max(day + wishes.WINDOW, closes_at.date() - timedelta(days=1))))
    return found
