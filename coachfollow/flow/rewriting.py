"""Writes a change into the rows it is about: the plan, its follow-ups, their meetings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.flow import checkins, dating
from coachfollow.models import CheckIn, CoachProfile, FollowUpPlan, Person, Step, Touchpoint
from coachfollow.rules.changes import Change, Course, Edit, Key, Meeting
from coachfollow.rules.kinds import CheckInState

SPOKEN_OF = frozenset({CheckInState.HELD, CheckInState.NOT_HELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """A follow-up that was changed, and its meeting if it is one."""

    edit: Edit
    touchpoint: Touchpoint
    check_in: CheckIn | None


def rewrite(session: Session, *, plan: FollowUpPlan, change: Change, now: datetime) -> Sequence[Rewritten]:
    """Let the rows of a plan say what a change says; gives those of its follow-ups. No commit."""
    plan.state, plan.state_at = change.after.state, change.after.state_at
    plan.paused_until, plan.stop_reason = change.after.paused_until, change.after.stop_reason
    rows = _rows(session, plan.id)
    done = [
        _rewritten(session, edit, *(rows.get(edit.key) or (_added(session, plan, edit), None)), now=now)
        for edit in change.edits
    ]
    session.flush()
    return done


def _rows(session: Session, plan_id: int) -> dict[Key, tuple[Touchpoint, CheckIn | None]]:
    found = session.execute(
        select(Touchpoint, CheckIn)
        .outerjoin(CheckIn, CheckIn.touchpoint_id == Touchpoint.id)
        .where(Touchpoint.plan_id == plan_id)
    )
    return {(touchpoint.step_id, touchpoint.n): (touchpoint, check_in) for touchpoint, check_in in found}


def _rewritten(
    session: Session, edit: Edit, touchpoint: Touchpoint, check_in: CheckIn | None, *, now: datetime
) -> Rewritten:
    _follow(touchpoint, edit.after)
    if edit.after.meeting is not None and check_in is None:
        check_in = checkins.of(session, touchpoint=touchpoint, now=now)
    if check_in is not None:
        _meet(session, check_in, edit.after.meeting)
    return Rewritten(edit=edit, touchpoint=touchpoint, check_in=check_in)


def _follow(touchpoint: Touchpoint, course: Course) -> None:
    dating.give(touchpoint, course.dates)
    touchpoint.state, touchpoint.why = course.state, course.why
    touchpoint.settled_at, touchpoint.state_reason = course.settled_at, course.state_reason


def _meet(session: Session, check_in: CheckIn, meeting: Meeting | None) -> None:
    """Give a meeting its time; one that was added with it keeps its row and has none."""
    meeting = meeting or Meeting(state=CheckInState.UNPLACED)
    if meeting.state is CheckInState.PLACED and meeting.starts_at != check_in.starts_at:
        profile = session.get(CoachProfile, check_in.coach_id)
        check_in.link = profile.meeting_link if profile else None
    check_in.state, check_in.reason = meeting.state, meeting.reason
    check_in.starts_at, check_in.ends_at = meeting.starts_at, meeting.ends_at
    if meeting.state not in SPOKEN_OF:
        check_in.outcome = None  # what was said of it goes with the mark that is taken back


def _added(session: Session, plan: FollowUpPlan, edit: Edit) -> Touchpoint:
    step_id, n = edit.key
    step = session.get_one(Step, step_id)
    row = Touchpoint(
        plan_id=plan.id,
        cohort_id=plan.cohort_id,
        step_id=step_id,
        n=n,
        kind=step.kind,
        audience=step.audience,
        zone=session.get_one(Person, plan.person_id).zone,
        undeliverable=False,
    )
    _follow(row, edit.after)
    session.add(row)
    session.flush()
    return row
