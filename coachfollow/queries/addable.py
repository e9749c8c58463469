"""Reads which steps of its programme may be added to a plan once more, by their subjects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coachfollow.models import FollowUpPlan, ProgrammeVersion, Step, StepText
from coachfollow.rules.decisions import ADDABLE
from coachfollow.rules.kinds import Audience, StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Addable:
    """One step that may come once more."""

    step: int
    kind: StepKind
    subject: str
    at: time


def steps(session: Session, *, plan_id: int, locale: str) -> Sequence[Addable]:
    """Give what may be added to a plan, in the order of its programme; subjects in this language or its own."""
    rows = session.execute(
        select(Step.id, Step.kind, Step.local_time, StepText.subject, StepText.locale)
        .join(FollowUpPlan, FollowUpPlan.programme_version_id == Step.version_id)
        .join(ProgrammeVersion, ProgrammeVersion.id == Step.version_id)
        .join(StepText, StepText.step_id == Step.id)
        .where(
            FollowUpPlan.id == plan_id,
            Step.kind.in_(ADDABLE),
            Step.audience == Audience.PARTICIPANT,
            or_(StepText.locale == locale, StepText.locale == ProgrammeVersion.language),
        )
        .order_by(Step.position, StepText.locale == locale)
    )
    found = {
        step: Addable(step=step, kind=kind, subject=subject, at=at) for step, kind, at, subject, _ in rows
    }
    return list(found.values())
