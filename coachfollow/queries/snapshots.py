"""Reads one plan as a snapshot: everything that a decision about it depends on."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, Row, and_, exists, or_, select
from sqlalchemy.orm import Session

from coachfollow.errors import NotFound
from coachfollow.models import (
    CheckIn,
    CheckInAttendee,
    Coaching,
    CoachProfile,
    FollowUpPlan,
    Message,
    Person,
    ProgrammeVersion,
    Step,
    Touchpoint,
)
from coachfollow.queries import hours, schedules, tempos, worktimes
from coachfollow.rules import taking_back
from coachfollow.rules.attending import NOT_THERE
from coachfollow.rules.changes import Course, Footing, Meeting
from coachfollow.rules.kinds import CheckInState, MessageState, PlanState, StepKind, TouchpointState
from coachfollow.rules.redating import Dates
from coachfollow.rules.snapshots import Busy, FollowUp, Snapshot, Standing

_LIVING = (PlanState.DRAFT, PlanState.ACTIVE, PlanState.PAUSED)

# it is a question, and its mail has left or may have
IS_ASKED = and_(
    Touchpoint.kind.in_([kind for kind in StepKind if kind.wants_answer and kind is not StepKind.CHECK_IN]),
    exists().where(
        Message.touchpoint_id == Touchpoint.id,
        Message.state.in_([MessageState.HANDING, MessageState.SENT, MessageState.IN_DOUBT]),
    ),
)


def of(session: Session, *, plan_id: int, now: datetime) -> Snapshot:
    """Give a plan as it stands now; raises NotFound."""
    row = session.execute(
        select(
            FollowUpPlan,
            Person,
            ProgrammeVersion.threshold,
            Coaching.coach_id,
            CoachProfile.meeting_minutes,
        )
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(ProgrammeVersion, ProgrammeVersion.id == FollowUpPlan.programme_version_id)
        .outerjoin(Coaching, (Coaching.plan_id == FollowUpPlan.id) & Coaching.to_at.is_(None))
        .outerjoin(CoachProfile, CoachProfile.person_id == Coaching.coach_id)
        .where(FollowUpPlan.id == plan_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such follow-up.")
    plan, person, threshold, coach_id, minutes = row
    return Snapshot(
        footing=_footing(plan),
        follow_ups=_follow_ups(session, plan_id),
        zone=person.zone,
        week=worktimes.of_person(session, person_id=person.id, now=now),
        threshold=threshold,
        steps=schedules.steps(session, version_id=plan.programme_version_id),
        has_coach=coach_id not in {None, person.id},
        meeting_minutes=minutes or hours.MINUTES,
        busy=_busy(session, {person.id, coach_id} - {None}, now),
    )


def living(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Those of these plans that run, rest or wait for the training."""
    return which & FollowUpPlan.state.in_(_LIVING)


def unasked(*put_aside: str) -> ColumnElement[bool]:
    """Follow-ups that are planned, or would be but for who was not there, or for one of these reasons."""
    return or_(
        Touchpoint.state == TouchpointState.PLANNED,
        and_(
            Touchpoint.state == TouchpointState.CANCELLED,
            Touchpoint.state_reason.in_([NOT_THERE, *put_aside]),
        ),
    )


def standing(session: Session, which: ColumnElement[bool]) -> Sequence[Standing]:
    """Give those of these plans that run, rest or wait for the training, in one statement, in the order of names.

    `which` says it of plans and their people.
    """
    rows = session.execute(
        select(FollowUpPlan, Person.name, Person.email, Person.zone, Touchpoint, Step, CheckIn)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(Touchpoint, Touchpoint.plan_id == FollowUpPlan.id)
        .join(Step, Step.id == Touchpoint.step_id)
        .outerjoin(CheckIn, CheckIn.touchpoint_id == Touchpoint.id)
        .where(living(which))
        .order_by(Person.name, FollowUpPlan.id, Touchpoint.due_at, Touchpoint.id)
        .execution_options(populate_existing=True)
    )
    return [_standing(list(some)) for _, some in groupby(rows, key=lambda row: row[0].id)]


def _standing(
    rows: Sequence[Row[FollowUpPlan, str | None, str | None, str, Touchpoint, Step, CheckIn]],
) -> Standing:
    plan, name, email, zone = rows[0][:4]
    return Standing(
        plan_id=plan.id,
        person_id=plan.person_id,
        name=name or email or "",
        zone=zone,
        cohort_id=plan.cohort_id,
        version_id=plan.programme_version_id,
        own=tempos.own(plan),
        footing=_footing(plan),
        follow_ups=[_follow_up(*row[4:]) for row in rows],
    )


def _footing(plan: FollowUpPlan) -> Footing:
    return Footing(
        state=plan.state,
        state_at=plan.state_at,
        paused_until=plan.paused_until,
        stop_reason=plan.stop_reason,
    )


def _follow_ups(session: Session, plan_id: int) -> Sequence[FollowUp]:
    rows = session.execute(
        select(Touchpoint, Step, CheckIn, IS_ASKED)
        .join(Step, Step.id == Touchpoint.step_id)
        .outerjoin(CheckIn, CheckIn.touchpoint_id == Touchpoint.id)
        .where(Touchpoint.plan_id == plan_id)
        .order_by(Touchpoint.due_at, Touchpoint.id)
        .execution_options(populate_existing=True)
    )
    return [
        _follow_up(touchpoint, step, check_in, is_asked=is_asked)
        for touchpoint, step, check_in, is_asked in rows
    ]


def _follow_up(
    touchpoint: Touchpoint, step: Step, check_in: CheckIn | None, *, is_asked: bool = False
) -> FollowUp:
    return FollowUp(
        id=touchpoint.id,
        key=(touchpoint.step_id, touchpoint.n),
        step=step.key,
        kind=touchpoint.kind,
        audience=touchpoint.audience,
        mandatory=step.mandatory,
        zone=touchpoint.zone,
        course=_course(touchpoint, check_in),
        is_asked=is_asked,
    )


def _course(touchpoint: Touchpoint, check_in: CheckIn | None) -> Course:
    return Course(
        state=touchpoint.state,
        dates=Dates(
            day=touchpoint.local_date,
            at=touchpoint.local_time,
            due_at=touchpoint.due_at,
            grace_until=touchpoint.grace_until,
            closes_at=touchpoint.closes_at,
        ),
        why=touchpoint.why,
        settled_at=touchpoint.settled_at,
        state_reason=touchpoint.state_reason,
        meeting=_meeting(check_in) if check_in else None,
    )


def _meeting(check_in: CheckIn) -> Meeting:
    return Meeting(
        state=check_in.state,
        starts_at=check_in.starts_at,
        ends_at=check_in.ends_at,
        reason=check_in.reason,
    )


def _busy(session: Session, people: set[int], now: datetime) -> Sequence[Busy]:
    """Their meetings to come, and those of late: a mark that is taken back may return to the time of one."""
    invited = exists().where(CheckInAttendee.check_in_id == CheckIn.id, CheckInAttendee.person_id.in_(people))
    rows = session.execute(
        select(CheckIn.touchpoint_id, CheckIn.starts_at, CheckIn.ends_at).where(
            invited, CheckIn.state == CheckInState.PLACED, CheckIn.ends_at > now - taking_back.WITHIN
        )
    )
    return [Busy(follow_up=row[0], starts_at=row[1], ends_at=row[2]) for row in rows if row[1] and row[2]]
