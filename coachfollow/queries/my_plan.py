"""Reads what a participant's own page shows: their words, what comes and when, what was, who is with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from coachfollow.models import (
    Cohort,
    FollowUpPlan,
    Message,
    Person,
    ProgrammeVersion,
    Step,
    StepText,
    Touchpoint,
)
from coachfollow.queries import (
    adapted,
    asked,
    examples,
    links,
    missing,
    plan_heads,
    relations,
    resting,
    schedules,
    timelines,
)
from coachfollow.queries.adapted import Adapted
from coachfollow.queries.asked import OwnPlan
from coachfollow.queries.examples import Examples
from coachfollow.queries.plan_heads import PlanHead
from coachfollow.queries.timelines import Awaited, Dated
from coachfollow.rules import languages, wording, worktime
from coachfollow.rules.cadence import StepRule
from coachfollow.rules.kinds import TO_COME, Audience, MessageState, TouchpointState
from coachfollow.rules.tempo import CHOSEN, FEWER

UNTOLD = frozenset({FEWER, CHOSEN})  # what their own rhythm left out was never to come for them


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """What the mail of a step is called, in the language it comes in."""

    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MyPlan:
    """One follow-up as its own person sees it; no contents of answers, whoever opens the page."""

    head: PlanHead
    own_plan: OwnPlan | None
    coming: Sequence[Dated]
    past: Sequence[Dated]
    left_out: Sequence[Dated]  # what would have come on days that are still to come
    awaited: Sequence[Awaited]  # what an answer of theirs brings
    current: int | None  # the question that is asked now
    titles: Mapping[str, Title]  # by step
    kept: Mapping[int, date]  # by follow-up: until when its mail is kept, because there were others
    adapted: Sequence[Adapted]
    awaits_list: bool  # the training is over, and nobody has said who was there


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
    programme_language: str
    own_plan: OwnPlan | None
    examples: Examples


def my_plan(session: Session, *, plan: str, now: datetime) -> MyPlan:
    """Give a participant's own page; raises NotFound. What was left out before it began is not told."""
    head = plan_heads.of(session, public_id=plan)
    dates = timelines.dates(session, plan_id=head.plan_id)
    steps, titles = _steps(session, plan_id=head.plan_id)
    awaits_list = missing.is_awaited(session, plan=head, now=now)
    own = [one for one in dates if one.audience is Audience.PARTICIPANT and one.reason not in UNTOLD]
    return MyPlan(
        head=head,
        own_plan=asked.own_plan(session, plan_id=head.plan_id),
        coming=[
            one
            for one in resting.as_planned(session, head, dates, now=now)
            if _is_to_come(one, now) and not (awaits_list and one.due_at <= now)
        ],
        past=[one for one in reversed(own) if not (_is_to_come(one, now) or _is_left_out(one, now))],
        left_out=[one for one in own if _is_left_out(one, now)],
        awaited=timelines.awaited(steps, dates=dates),
        current=links.current_question(session, plan_id=head.plan_id, person_id=head.person_id, now=now),
        titles=titles,
        kept=_kept(session, head),
        adapted=adapted.of_plan(session, plan_id=head.plan_id, dates=dates, now=now),
        awaits_list=awaits_list,
    )


def _kept(session: Session, head: PlanHead) -> Mapping[int, date]:
    """The mails that a limit has moved to a day to come, with that day where their reader lives."""
    rows = session.execute(
        select(Message.touchpoint_id, Message.send_at).where(
            Message.plan_id == head.plan_id,
            Message.person_id == head.person_id,
            Message.state == MessageState.QUEUED,
            Message.wanted_at.is_not(None),
        )
    )
    days = ((touchpoint_id, worktime.local(send_at, head.zone).date()) for touchpoint_id, send_at in rows)
    return {touchpoint_id: day for touchpoint_id, day in days if touchpoint_id is not None}


def _steps(session: Session, *, plan_id: int) -> tuple[Sequence[StepRule], Mapping[str, Title]]:
    """The steps of a plan, and what the mails of its follow-ups are called, of whichever version they are.

    A subject that names somebody is no title until it is written.
    """
    is_of_it = Step.version_id == FollowUpPlan.programme_version_id
    was_of_it = exists().where(Touchpoint.step_id == Step.id, Touchpoint.plan_id == FollowUpPlan.id)
    rows = session.execute(
        select(Step, is_of_it, StepText.locale, StepText.subject, Person.locale, ProgrammeVersion.language)
        .join(StepText, StepText.step_id == Step.id)
        .join(ProgrammeVersion, ProgrammeVersion.id == Step.version_id)
        .join(FollowUpPlan, is_of_it | was_of_it)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(FollowUpPlan.id == plan_id)
    )
    best: dict[str, tuple[int, Title]] = {}
    rules: dict[str, StepRule] = {}
    for step, is_current, language, subject, wanted, own in rows:
        if is_current:
            rules.setdefault(step.key, schedules.rule(step))
        rank = _rank(language, wanted=wanted, own=own)
        if step.key not in best or rank < best[step.key][0]:
            best[step.key] = rank, Title(text=subject, language=language)
    titles = {step: title for step, (_, title) in best.items() if wording.parts(title.text) == (title.text,)}
    return tuple(rules.values()), titles


def _rank(language: str, *, wanted: str, own: str) -> int:
    """How far a language is from the one that the mails would choose."""
    preferred = languages.order(wanted, own=own)
    return preferred.index(language) if language in preferred else len(preferred)


def _is_to_come(one: Dated, now: datetime) -> bool:
    """A meeting is over when its time is; what came of it, its coach says later."""
    return one.state in TO_COME and not (one.ends_at is not None and one.ends_at <= now)


def _is_left_out(one: Dated, now: datetime) -> bool:
    """Whether its day is still to come, and it does not come."""
    return one.state in {TouchpointState.CANCELLED, TouchpointState.EXCUSED} and one.due_at > now


def draft(session: Session, *, plan: str) -> Draft:
    """Give what the form of a plan starts from; raises NotFound."""
    head = plan_heads.of(session, public_id=plan)
    return Draft(
        plan=plan,
        programme=head.programme,
        programme_language=head.programme_language,
        own_plan=asked.own_plan(session, plan_id=head.plan_id),
        examples=examples.of_plan(session, plan_id=head.plan_id),
    )


def next_of(session: Session, *, plan: str, now: datetime) -> Dated | None:
    """Give what comes next of a plan for its own person, if anything does; in a pause, if it ends as planned."""
    head = plan_heads.of(session, public_id=plan)
    dates = timelines.dates(session, plan_id=head.plan_id)
    coming = (
        one
        for one in resting.as_planned(session, head, dates, now=now)
        if one.audience is Audience.PARTICIPANT and one.state is TouchpointState.PLANNED and one.due_at > now
    )
    return next(coming, None)


def plans_of(session: Session, *, person_id: int) -> Sequence[OfMine]:
    """Give somebody's own follow-ups, the newest first."""
    rows = session.execute(
        select(FollowUpPlan.public_id, Cohort.title)
        .join(Cohort, Cohort.id == FollowUpPlan.cohort_id)
        .where(FollowUpPlan.person_id == person_id, relations.is_listed(FollowUpPlan.enrolment_id))
        .order_by(FollowUpPlan.id.desc())
    )
    return [OfMine(plan=plan, group=group) for plan, group in rows]
