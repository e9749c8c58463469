"""SQL for the rules of `measuring`: the bucket of a follow-up, the standing of a person, as one CASE each.

The rules say what is counted where; these say the same to the database, so that a number is one statement.
A test compares the two over every combination of states.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, null, or_, select

from coachfollow.models import Answer, Commitment, FollowUpPlan, Person, Touchpoint
from coachfollow.rules.measuring import Counted, Standing
from coachfollow.rules.words import PlanState, StepKind, StopReason, TouchpointState

ASKING = [kind for kind in StepKind if kind.wants_answer]
_ABSENT = and_(FollowUpPlan.state == PlanState.STOPPED, FollowUpPlan.stop_reason == StopReason.ABSENT)


def bucket(*, now: datetime) -> ColumnElement[str | None]:
    """The value of a touchpoint's `Counted`, or NULL; as `measuring.bucket`, from touchpoints and plans."""
    completed = Touchpoint.state == TouchpointState.COMPLETED
    missed = Touchpoint.state == TouchpointState.MISSED
    return case(
        (or_(Touchpoint.kind.not_in(ASKING), FollowUpPlan.state == PlanState.DRAFT, _ABSENT), null()),
        (Touchpoint.state == TouchpointState.CANCELLED, null()),
        (Touchpoint.state == TouchpointState.EXCUSED, Counted.EXCUSED.value),
        (completed & (Touchpoint.settled_at <= Touchpoint.grace_until), Counted.COMPLETED_ON_TIME.value),
        (completed, Counted.COMPLETED_LATE.value),
        (missed & Touchpoint.undeliverable, Counted.UNDELIVERABLE.value),
        (missed, Counted.MISSED.value),
        (FollowUpPlan.state.not_in([PlanState.ACTIVE, PlanState.PAUSED]), null()),
        (Touchpoint.due_at > now, Counted.NOT_YET_DUE.value),
        (Touchpoint.undeliverable, Counted.UNDELIVERABLE.value),
        (FollowUpPlan.state == PlanState.PAUSED, Counted.PAUSED.value),
        else_=Counted.OPEN.value,
    )


def standing() -> ColumnElement[str | None]:
    """The value of a plan's `Standing`, or NULL; as `measuring.standing`, from plans and people."""
    has_commitment = exists().where(Commitment.plan_id == FollowUpPlan.id).correlate(FollowUpPlan)
    return case(
        (or_(FollowUpPlan.state == PlanState.DRAFT, _ABSENT), null()),
        (FollowUpPlan.state == PlanState.FINISHED, Standing.FINISHED.value),
        (FollowUpPlan.state == PlanState.STOPPED, Standing.STOPPED.value),
        (Person.undeliverable_at.is_not(None), Standing.UNDELIVERABLE.value),
        (FollowUpPlan.state == PlanState.PAUSED, Standing.PAUSED.value),
        (has_commitment, Standing.ACTIVE.value),
        else_=Standing.NEVER_STARTED.value,
    )


def reached() -> ColumnElement[int]:
    """1 where a plan's person answered at least once themselves, else 0."""
    answers = select(Answer.id).join(Touchpoint, Touchpoint.id == Answer.touchpoint_id)
    own = answers.where(Touchpoint.plan_id == FollowUpPlan.id, Answer.person_id == FollowUpPlan.person_id)
    return case((own.correlate(FollowUpPlan).exists(), 1), else_=0)
