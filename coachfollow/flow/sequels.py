"""Dates what waits for an answer, in the transaction that keeps the answer: not before, and once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import literal, select, update
from sqlalchemy.orm import Session, aliased

from coachfollow.flow import sets, timetables
from coachfollow.models import CheckIn, Cohort, FollowUpPlan, Person, Step, Touchpoint
from coachfollow.queries import schedules, tempos, worktimes
from coachfollow.rules import cadence, planning, worktime
from coachfollow.rules.cadence import ANSWER
from coachfollow.rules.changes import PROGRAMME_CHANGED
from coachfollow.rules.kinds import CheckInState, PlanState, TouchpointState


def begin(session: Session, *, touchpoint: Touchpoint, now: datetime) -> None:
    """Date what follows the answer to this, unless its plan has ended; what is dated already stays. No commit."""
    plan = session.get_one(FollowUpPlan, touchpoint.plan_id)
    key = _awaited(session, plan, touchpoint)
    if key is None or plan.state not in {PlanState.ACTIVE, PlanState.PAUSED}:
        return
    person = session.get_one(Person, plan.person_id)
    steps = schedules.steps(session, version_id=plan.programme_version_id)
    ids = {rule.key: step_id for step_id, rule in steps.items()}
    sessions = schedules.sessions(session, session.get_one(Cohort, plan.cohort_id))
    planned = planning.plan(
        tuple(steps.values()),
        sessions=replace(sessions, answers={key: _day(plan, person, now)}),
        week=worktimes.of_person(session, person_id=person.id, now=now),
        zone=person.zone,
        own=tempos.own(plan),
    )
    follows = cadence.after_answer(tuple(steps.values()), key)
    dated = [(ids[one.step], one) for one in planned if one.step in follows]
    rows = timetables.rows(dated, gone_by=frozenset(), now=now)
    found = [(plan.id, plan.cohort_id, one.n, False, *row) for (_, one), row in zip(dated, rows, strict=True)]
    _bring_back(session, found)
    sets.bulk_new(session.connection(), Touchpoint, timetables.COLUMNS, found)


def _bring_back(session: Session, rows: Sequence[tuple[object, ...]]) -> None:
    """Let what was left out when the programme came to wait for the answer be dated by it like the rest."""
    for row in rows:
        values = dict(zip(timetables.COLUMNS, row, strict=True))
        brought = session.scalars(
            update(Touchpoint)
            .where(
                *(getattr(Touchpoint, name) == values[name] for name in ("plan_id", "step_id", "n")),
                Touchpoint.state == TouchpointState.CANCELLED,
                Touchpoint.state_reason == PROGRAMME_CHANGED,
            )
            .values(values)
            .returning(Touchpoint.id)
            .execution_options(synchronize_session=False)
        ).all()
        if brought:  # its meeting is looked for anew
            cancelled = CheckIn.touchpoint_id.in_(brought) & (CheckIn.state == CheckInState.CANCELLED)
            session.execute(update(CheckIn).where(cancelled).values(state=CheckInState.UNPLACED, reason=None))


def _awaited(session: Session, plan: FollowUpPlan, touchpoint: Touchpoint) -> str | None:
    """The key of the step that was answered, if another waits for that in the version the plan has by now."""
    follows = aliased(Step)
    return session.scalar(
        select(Step.key)
        .join(follows, follows.anchor == literal(ANSWER) + Step.key)
        .where(Step.id == touchpoint.step_id, follows.version_id == plan.programme_version_id)
        .limit(1)
    )


def _day(plan: FollowUpPlan, person: Person, now: datetime) -> date:
    """The day it counts from; while a plan rests time stands still, and resuming moves what is to come."""
    return worktime.local(plan.state_at if plan.state is PlanState.PAUSED else now, person.zone).date()
