"""Reads what people shared with their coach: their own plan's reader asks first whether they are that coach.

What the forms promised decides what is opened here: counted answers and the manager's sentence are for the coach,
a participant's note only if its box was ticked, a meeting's outcome for participant and coach. A note that was
kept private is not even read from the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, null, or_, select
from sqlalchemy.orm import Session

from coachfollow.models import Answer, CheckIn, FollowUpPlan, Person, PersonKey, Touchpoint
from coachfollow.queries.keys import TextKey
from coachfollow.rules.kinds import Applied, Audience, Barrier, StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """One answer as the coach of its plan may see it; `note` is empty where it was kept private."""

    touchpoint_id: int
    kind: StepKind
    audience: Audience
    day: date
    by: str
    applied: Applied | None
    times: int | None
    rating: int | None
    barrier: Barrier | None
    note: str
    changed_at: datetime


def answers(session: Session, *, plan_id: int) -> Sequence[Shared]:
    """Give a plan's answers as its coach may see them, the latest first."""
    is_for_coach = or_(Answer.note_shared, Touchpoint.kind == StepKind.SPONSOR)
    rows = session.execute(
        select(
            Answer.touchpoint_id,
            Touchpoint.kind,
            Touchpoint.audience,
            Touchpoint.local_date,
            Person.name,
            Answer.applied,
            Answer.times,
            Answer.rating,
            Answer.barrier,
            case((is_for_coach, Answer.note), else_=null()).label("note"),
            Answer.changed_at,
            Person.public_id,
            PersonKey.wrapped_key,
        )
        .join(Touchpoint, Touchpoint.id == Answer.touchpoint_id)
        .join(Person, Person.id == Answer.person_id)
        .outerjoin(PersonKey, PersonKey.person_id == Person.id)
        .where(Touchpoint.plan_id == plan_id)
        .order_by(Answer.changed_at.desc())
    )
    return [
        Shared(
            touchpoint_id=row.touchpoint_id,
            kind=row.kind,
            audience=row.audience,
            day=row.local_date,
            by=row.name or "",
            applied=row.applied,
            times=row.times,
            rating=row.rating,
            barrier=row.barrier,
            note=_opened(row.note, person=row.public_id, wrapped=row.wrapped_key),
            changed_at=row.changed_at,
        )
        for row in rows
    ]


def outcomes(session: Session, *, plan_id: int) -> dict[int, str]:
    """Give what came of the meetings of a plan, by follow-up: coach and participant share it."""
    rows = session.execute(
        select(CheckIn.touchpoint_id, CheckIn.outcome, Person.public_id, PersonKey.wrapped_key)
        .join(Touchpoint, Touchpoint.id == CheckIn.touchpoint_id)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(PersonKey, PersonKey.person_id == Person.id)
        .where(FollowUpPlan.id == plan_id, CheckIn.outcome.is_not(None))
    )
    return {
        touchpoint_id: _opened(outcome, person=person, wrapped=wrapped)
        for touchpoint_id, outcome, person, wrapped in rows
    }


def _opened(sealed: bytes | None, *, person: str, wrapped: bytes | None) -> str:
    """Open a text; whoever was erased has no key, and nothing to read."""
    return TextKey(person=person, wrapped=wrapped).open(sealed) if wrapped else ""
