"""Reads of running plans what became of their questions, for deciding whether reminders help any more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from coachfollow.extensions import among
from coachfollow.models import FollowUpPlan, ProgrammeVersion, Touchpoint
from coachfollow.rules.adapting import Settled
from coachfollow.rules.forms import ANSWERED_BY_MAIL
from coachfollow.rules.kinds import Audience, PlanState, StepKind, TouchpointState


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A plan that is still reminded of, with its rule, and what was settled in the order of its days."""

    plan_id: int
    silent_after: int | None
    back_at: datetime | None
    settled: Sequence[Settled]


# an unanswered question counts if it reached its person; a meeting that took place says that they are there
COUNTS = or_(
    and_(
        Touchpoint.kind.in_(ANSWERED_BY_MAIL),
        Touchpoint.audience == Audience.PARTICIPANT,
        Touchpoint.state.in_([TouchpointState.COMPLETED, TouchpointState.MISSED]),
        Touchpoint.undeliverable.is_(False),
    ),
    and_(Touchpoint.kind == StepKind.CHECK_IN, Touchpoint.state == TouchpointState.COMPLETED),
)


def candidates(session: Session, *, plan_ids: Collection[int]) -> Sequence[Candidate]:
    """Give those of these plans that run, are still reminded of, and whose programme says when that ends."""
    rows = session.execute(_settled(), {"ids": plan_ids}).all()
    return [
        Candidate(
            plan_id=plan_id,
            silent_after=after,
            back_at=back_at,
            settled=[Settled(state=state, at=at) for *_, state, at in some if at is not None],
        )
        for (plan_id, after, back_at), some in groupby(rows, key=lambda row: (row[0], row[1], row[2]))
    ]


@cache
def _settled() -> Select[*tuple[Any, ...]]:
    return (
        select(
            FollowUpPlan.id,
            ProgrammeVersion.silent_after,
            FollowUpPlan.back_at,
            Touchpoint.state,
            Touchpoint.settled_at,
        )
        .join(ProgrammeVersion, ProgrammeVersion.id == FollowUpPlan.programme_version_id)
        .join(Touchpoint, Touchpoint.plan_id == FollowUpPlan.id)
        .where(
            among(FollowUpPlan.id, "ids"),
            FollowUpPlan.state == PlanState.ACTIVE,
            FollowUpPlan.silent_since.is_(None),
            ProgrammeVersion.silent_after.is_not(None),
            COUNTS,
        )
        .order_by(FollowUpPlan.id, Touchpoint.due_at, Touchpoint.id)
    )
