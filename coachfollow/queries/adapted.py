"""Reads to which answers a plan adapted, and why: for its own person and its coach, and for nobody else (law 10)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, aliased

from coachfollow.models import (
    Adaptation,
    Answer,
    FollowUpPlan,
    PlanChange,
    ProgrammeVersion,
    Touchpoint,
)
from coachfollow.queries import programmes
from coachfollow.queries.timelines import Dated
from coachfollow.rules import changes, taking_back
from coachfollow.rules.adapting import Rules, Said
from coachfollow.rules.changes import Edit, Key
from coachfollow.rules.kinds import Cause, StepKind, TouchpointState


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """One earlier adaptation of a plan: what it was about, and whether it stands or who took it back."""

    change_id: int
    cause: Cause
    about: Key
    is_undone: bool
    undone_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One follow-up that an answer moved: on which day it was, and is; neither where it was added or left out."""

    follow_up: int
    kind: StepKind
    was: date | None
    becomes: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapted:
    """One adaptation as people read it; it may be undone while all it touched is as it left it."""

    change_id: int
    cause: Cause
    in_a_row: int | None  # after how many answers that it went as intended the programme asks later
    answered: int  # the question
    at: datetime
    moved: Sequence[Moved]
    is_undone: bool
    may_be_undone: bool


def rules_of(session: Session, *, plan_id: int) -> Rules:
    """Give what the programme of a plan does about answers."""
    version = session.scalars(
        select(ProgrammeVersion)
        .join(FollowUpPlan, FollowUpPlan.programme_version_id == ProgrammeVersion.id)
        .where(FollowUpPlan.id == plan_id)
    ).one()
    return programmes.rules(version)


def said(session: Session, *, plan_id: int) -> Mapping[Key, Said]:
    """Give the answers of a plan's own person, by the question."""
    rows = session.execute(
        select(Touchpoint.step_id, Touchpoint.n, Answer.applied, Answer.barrier)
        .join(Touchpoint, Touchpoint.id == Answer.touchpoint_id)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .where(FollowUpPlan.id == plan_id, Answer.person_id == FollowUpPlan.person_id)
    )
    return {(step_id, n): Said(applied=applied, barrier=barrier) for step_id, n, applied, barrier in rows}


def before(session: Session, *, plan_id: int) -> Sequence[Before]:
    """Give what a plan adapted to so far."""
    undo = aliased(PlanChange)
    rows = session.execute(
        select(PlanChange.id, Adaptation.cause, Touchpoint.step_id, Touchpoint.n, undo.id, undo.actor_id)
        .join(PlanChange, PlanChange.id == Adaptation.change_id)
        .join(Touchpoint, Touchpoint.id == Adaptation.touchpoint_id)
        .outerjoin(undo, undo.undoes_id == PlanChange.id)
        .where(PlanChange.plan_id == plan_id)
    )
    return [
        Before(change_id=id_, cause=cause, about=(step_id, n), is_undone=undone is not None, undone_by=by)
        for id_, cause, step_id, n, undone, by in rows
    ]


def of_plan(session: Session, *, plan_id: int, dates: Sequence[Dated], now: datetime) -> Sequence[Adapted]:
    """Give the adaptations of a plan of these dates, the latest first.

    What the programme's newer version has replaced since is named by none of them.
    """
    rows = session.execute(_adaptations(), {"plan_id": plan_id}).all()
    touched = {one.key: one for one in dates}
    return [
        Adapted(
            change_id=row.id,
            cause=cause,
            in_a_row=in_a_row,
            answered=answered,
            at=row.at,
            moved=[_moved(edit, touched[edit.key]) for edit in _edits(row) if edit.key in touched],
            is_undone=is_undone,
            may_be_undone=not is_undone
            and all(_stands(edit, touched.get(edit.key), now) for edit in _edits(row))
            and not _has_told(row, now),
        )
        for row, cause, answered, is_undone, in_a_row in rows
    ]


@cache
def _adaptations() -> Select[*tuple[Any, ...]]:
    undo = aliased(PlanChange)
    return (
        select(
            PlanChange,
            Adaptation.cause,
            Adaptation.touchpoint_id,
            undo.id.is_not(None),
            ProgrammeVersion.as_intended_in_a_row,
        )
        .join(Adaptation, Adaptation.change_id == PlanChange.id)
        .join(FollowUpPlan, FollowUpPlan.id == PlanChange.plan_id)
        .join(ProgrammeVersion, ProgrammeVersion.id == FollowUpPlan.programme_version_id)
        .outerjoin(undo, undo.undoes_id == PlanChange.id)
        .where(PlanChange.plan_id == bindparam("plan_id"))
        .order_by(PlanChange.id.desc())
    )


def _edits(row: PlanChange) -> Sequence[Edit]:
    return changes.from_json(row.facts).edits


def _has_told(row: PlanChange, now: datetime) -> bool:
    """Whether calendars have been told by now: until then an adaptation waits as long as a coach may think again."""
    return bool(json.loads(row.mails)["posted"]) and now >= row.at + taking_back.WITHIN


def _moved(edit: Edit, one: Dated) -> Moved:
    is_left_out = edit.after.state is TouchpointState.EXCUSED
    return Moved(
        follow_up=one.id,
        kind=one.kind,
        was=edit.before.dates.day if edit.before else None,
        becomes=None if is_left_out else edit.after.dates.day,
    )


def _stands(edit: Edit, one: Dated | None, now: datetime) -> bool:
    """Whether it is as the answer left it, and its earlier day is still to come."""
    is_as_left = one is not None and (one.state, one.due_at) == (edit.after.state, edit.after.dates.due_at)
    return is_as_left and (edit.before is None or edit.before.dates.due_at > now)
