"""Corrects when a session of a group takes place: one preview of all that follows, one transaction that does it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.flow import checkins, foreseeing, history, locking, plans, sets
from coachfollow.flow.changing import is_freed
from coachfollow.flow.cohorts import Meeting, training_session
from coachfollow.flow.foreseeing import Foreseen
from coachfollow.models import CheckIn, Cohort, Touchpoint, TrainingSession
from coachfollow.rules import replanning
from coachfollow.rules.changes import Edit
from coachfollow.rules.kinds import CheckInState, TouchpointState
from coachfollow.rules.replanning import Replanned

MEANWHILE = "Something about this group has changed meanwhile, so nothing was done. Please look at it again."


def foresee(session: Session, *, cohort: Cohort, position: int, meeting: Meeting, now: datetime) -> Foreseen:
    """Say what another begin of a session would change; nothing is written. Raises Invalid, NotFound, Conflict."""
    there = _sessions(session, cohort)
    corrected = _corrected(cohort, there, position, meeting)
    return foreseeing.foreseen(session, cohort=cohort, was=there[position - 1], corrected=corrected, now=now)


def correct(
    session: Session,
    *,
    cohort: Cohort,
    position: int,
    meeting: Meeting,
    now: datetime,
    actor_id: int | None = None,
    shown: str | None = None,
) -> Foreseen:
    """Let a session begin at another time and move what counts from it; raises as `foresee` does.

    `shown` is the mark of what was previewed: if something has become another, nothing is done.
    """
    session.execute(update(Cohort).where(Cohort.id == cohort.id).values(key=Cohort.key))  # one at a time
    locking.group(session, cohort_id=cohort.id)
    there = _sessions(session, cohort)
    corrected = _corrected(cohort, there, position, meeting)
    row = there[position - 1]
    found = foreseeing.foreseen(session, cohort=cohort, was=row, corrected=corrected, now=now)
    if shown not in {None, found.mark}:
        raise Conflict(MEANWHILE)
    row.local_date, row.starts_at, row.ends_at = corrected.local_date, corrected.starts_at, corrected.ends_at
    _rewrite(session, found.changed)
    _free(session, found.changed, now)
    _record(session, cohort, found, now, actor_id)
    plans.finish(session, plan_ids=_shortened(found.changed), now=now)
    session.commit()
    return found


def _sessions(session: Session, cohort: Cohort) -> Sequence[TrainingSession]:
    return session.scalars(
        select(TrainingSession)
        .where(TrainingSession.cohort_id == cohort.id)
        .order_by(TrainingSession.position)
        .execution_options(populate_existing=True)
    ).all()


def _corrected(
    cohort: Cohort, there: Sequence[TrainingSession], position: int, meeting: Meeting
) -> TrainingSession:
    """The session as it is to be; its number stays, so it may not pass its neighbours."""
    if not 1 <= position <= len(there):
        raise NotFound(f"This group has no session {position}; it has {len(there)}.")
    becomes = training_session(cohort, meeting, position=position)
    was = there[position - 1]
    if (becomes.starts_at, becomes.ends_at) == (was.starts_at, was.ends_at):
        raise Conflict("The session takes place then already.")
    for other in there:
        is_in_order = (other.position < position) == (other.starts_at < becomes.starts_at)
        if other is not was and not is_in_order:
            sentence = (
                f"Session {other.position} is on {other.local_date.isoformat()}; their order has to stay."
            )
            raise Invalid(sentence, {"begins": sentence})
    return becomes


def _rewrite(session: Session, changed: Sequence[Replanned]) -> None:
    rows = [
        {
            "id": touchpoint_id,
            "local_date": edit.after.dates.day,
            "local_time": edit.after.dates.at,
            "due_at": edit.after.dates.due_at,
            "grace_until": edit.after.dates.grace_until,
            "closes_at": edit.after.dates.closes_at,
            "why": edit.after.why,
            "state": edit.after.state,
            "state_reason": edit.after.state_reason,
            "settled_at": edit.after.settled_at,
        }
        for touchpoint_id, edit in foreseeing.by_touchpoint(changed)
    ]
    if rows:
        session.execute(update(Touchpoint), rows)


def _free(session: Session, changed: Sequence[Replanned], now: datetime) -> None:
    """Take meetings that move off both calendars; they are placed anew as all others are."""
    freed = [
        touchpoint_id for touchpoint_id, edit in foreseeing.by_touchpoint(changed) if is_freed(edit, now)
    ]
    for ids in sets.chunks(freed):
        rows = session.execute(
            select(CheckIn, Touchpoint)
            .join(Touchpoint, Touchpoint.id == CheckIn.touchpoint_id)
            .where(Touchpoint.id.in_(ids))
        )
        for check_in, touchpoint in rows.all():
            checkins.uninvite(session, check_in=check_in, touchpoint=touchpoint, now=now, send_at=now)
            check_in.state, check_in.reason = CheckInState.UNPLACED, replanning.CORRECTED
            check_in.starts_at = check_in.ends_at = None


def _record(session: Session, cohort: Cohort, found: Foreseen, now: datetime, actor_id: int | None) -> None:
    house = {"organisation_id": cohort.organisation_id, "cohort_id": cohort.id, "actor_id": actor_id}
    history.record(
        session,
        "session corrected",
        at=now,
        **house,
        position=found.position,
        was=found.was.isoformat(),
        becomes=found.becomes.isoformat(),
    )
    for name in (foreseeing.MOVED, foreseeing.EXCUSED, foreseeing.LEFT_OUT):
        rows = [
            {
                **house,
                "person_id": one.plan.person_id,
                "plan_id": one.plan.plan_id,
                "touchpoint_id": touchpoint_id,
                "facts": _facts(edit),
            }
            for one in found.changed
            for touchpoint_id, edit in foreseeing.by_touchpoint([one])
            if foreseeing.name(edit) == name
        ]
        history.record_all(session, name, at=now, rows=rows)


def _facts(edit: Edit) -> Mapping[str, str]:
    was = edit.before or edit.after
    return {
        "was": was.dates.day.isoformat(),
        "day": edit.after.dates.day.isoformat(),
        "because": replanning.CORRECTED,
    }


def _shortened(changed: Sequence[Replanned]) -> Sequence[int]:
    """The plans of which something is left out: it may have been the last."""
    return [
        one.plan.plan_id
        for one in changed
        if any(edit.after.state is not TouchpointState.PLANNED for edit in one.edits)
    ]
