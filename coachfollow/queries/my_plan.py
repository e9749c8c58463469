"""Reads what a participant's own page shows: their words, what comes and when, what was, who is with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.models import Cohort, FollowUpPlan
from coachfollow.queries import asked, links, timelines
from coachfollow.queries.asked import OwnPlan
from coachfollow.queries.timelines import Dated, PlanHead
from coachfollow.rules.words import TO_COME, Audience, TouchpointState


@dataclass(frozen=True, slots=True, kw_only=True)
class MyPlan:
    """One follow-up as its own person sees it; no contents of answers, whoever opens the page."""

    head: PlanHead
    own_plan: OwnPlan | None
    coming: Sequence[Dated]
    past: Sequence[Dated]
    current: int | None  # the question that is asked now


@dataclass(frozen=True, slots=True, kw_only=True)
class OfMine:
    """One of somebody's own follow-ups, for finding it again."""

    plan: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody needs for putting their plan into words: what stands so far, and examples to start from."""

    plan: str
    programme: str
    own_plan: OwnPlan | None
    examples: Sequence[tuple[str, str]]


def my_plan(session: Session, *, plan: str, now: datetime) -> MyPlan:
    """Give a participant's own page; raises NotFound. What was left out before it began is not told."""
    head = timelines.head(session, public_id=plan)
    dates = timelines.dates(session, plan_id=head.plan_id)
    own = [one for one in dates if one.audience is Audience.PARTICIPANT]
    return MyPlan(
        head=head,
        own_plan=asked.own_plan(session, plan_id=head.plan_id),
        coming=[one for one in dates if one.state in TO_COME],
        past=[one for one in reversed(own) if one.state not in TO_COME],
        current=links.current_question(session, plan_id=head.plan_id, person_id=head.person_id, now=now),
    )


def draft(session: Session, *, plan: str) -> Draft:
    """Give what the form of a plan starts from; raises NotFound."""
    head = timelines.head(session, public_id=plan)
    return Draft(
        plan=plan,
        programme=head.programme,
        own_plan=asked.own_plan(session, plan_id=head.plan_id),
        examples=asked.examples(session, plan_id=head.plan_id),
    )


def next_of(session: Session, *, plan_id: int, now: datetime) -> Dated | None:
    """Give what comes next of a plan for its own person, if anything does."""
    coming = (
        one
        for one in timelines.dates(session, plan_id=plan_id)
        if one.audience is Audience.PARTICIPANT and one.state is TouchpointState.PLANNED and one.due_at > now
    )
    return next(coming, None)


def plans_of(session: Session, *, person_id: int) -> Sequence[OfMine]:
    """Give somebody's own follow-ups, the newest first."""
    rows = session.execute(
        select(FollowUpPlan.public_id, Cohort.title)
        .join(Cohort, Cohort.id == FollowUpPlan.cohort_id)
        .where(FollowUpPlan.person_id == person_id)
        .order_by(FollowUpPlan.id.desc())
    )
    return [OfMine(plan=plan, group=group) for plan, group in rows]
