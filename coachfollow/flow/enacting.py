"""Carries out what was foreseen for many plans, in sets: follow-ups, calendars, events. The caller commits."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.flow import checkins, foreseeing, history, plans, sets
from coachfollow.flow.changing import is_freed
from coachfollow.flow.foreseeing import Foreseen
from coachfollow.models import CheckIn, Touchpoint
from coachfollow.rules.changes import Edit
from coachfollow.rules.kinds import CheckInState, TouchpointState
from coachfollow.rules.replanning import Replanned


def enact(
    session: Session, found: Foreseen, *, organisation_id: int, now: datetime, actor_id: int | None
) -> None:
    """Let the rows say what was foreseen, and write down why. No commit."""
    _rewrite(session, found.changed)
    _free(session, found, now)
    _record(session, found, {"organisation_id": organisation_id, "actor_id": actor_id}, now)
    plans.finish(session, plan_ids=_shortened(found.changed), now=now)


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


def _free(session: Session, found: Foreseen, now: datetime) -> None:
    """Take meetings that move off both calendars; they are placed anew as all others are."""
    freed = [
        touchpoint_id
        for touchpoint_id, edit in foreseeing.by_touchpoint(found.changed)
        if is_freed(edit, now)
    ]
    for ids in sets.chunks(freed):
        rows = session.execute(
            select(CheckIn, Touchpoint)
            .join(Touchpoint, Touchpoint.id == CheckIn.touchpoint_id)
            .where(Touchpoint.id.in_(ids))
        )
        met = [(check_in, touchpoint) for check_in, touchpoint in rows]
        checkins.uninvite(session, met, now=now, send_at=now)
        for check_in, _ in met:
            check_in.state, check_in.reason = CheckInState.UNPLACED, found.cause.because
            check_in.starts_at = check_in.ends_at = None


def _record(session: Session, found: Foreseen, house: Mapping[str, object], now: datetime) -> None:
    for name in (foreseeing.MOVED, foreseeing.EXCUSED, foreseeing.LEFT_OUT):
        rows = [
            {
                **house,
                "cohort_id": one.plan.cohort_id,
                "person_id": one.plan.person_id,
                "plan_id": one.plan.plan_id,
                "touchpoint_id": touchpoint_id,
                "facts": _facts(edit, found.cause.because),
            }
            for one in found.changed
            for touchpoint_id, edit in foreseeing.by_touchpoint([one])
            if foreseeing.name(edit) == name
        ]
        history.record_all(session, name, at=now, rows=rows)


def _facts(edit: Edit, because: str) -> Mapping[str, str]:
    was = edit.before or edit.after
    return {"was": was.dates.day.isoformat(), "day": edit.after.dates.day.isoformat(), "because": because}


def _shortened(changed: Sequence[Replanned]) -> Sequence[int]:
    """The plans of which something is left out: it may have been the last."""
    return [
        one.plan.plan_id
        for one in changed
        if any(edit.after.state is not TouchpointState.PLANNED for edit in one.edits)
    ]
