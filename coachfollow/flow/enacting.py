"""Carries out what was foreseen for many plans, in sets: follow-ups, calendars, events. The caller commits."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.flow import checkins, foreseeing, history, outbox, plans, sets
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
    _add(session, found.changed)
    _stop_mails(session, found, now)
    _free(session, found, now)
    _look_again(session, found)
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


def _add(session: Session, changed: Sequence[Replanned]) -> None:
    rows = [
        (
            *(one.plan.plan_id, one.plan.cohort_id, *edit.key, False),
            *(one.new[edit.key].kind.value, one.new[edit.key].audience.value, one.plan.zone),
            *(
                getattr(edit.after.dates, name)
                for name in ("day", "at", "due_at", "grace_until", "closes_at")
            ),
            *(edit.after.why, edit.after.state.value, edit.after.state_reason, edit.after.settled_at),
        )
        for one in changed
        for edit in one.changes.added
    ]
    sets.bulk_new(session.connection(), Touchpoint, _COLUMNS, rows)


_COLUMNS = (
    *("plan_id", "cohort_id", "step_id", "n", "undeliverable", "kind", "audience", "zone"),
    *("local_date", "local_time", "due_at", "grace_until", "closes_at"),
    *("why", "state", "state_reason", "settled_at"),
)


def _stop_mails(session: Session, found: Foreseen, now: datetime) -> None:
    """What is left out asks for nothing."""
    gone = [
        touchpoint_id
        for touchpoint_id, edit in foreseeing.by_touchpoint(found.changed)
        if edit.after.state is not TouchpointState.PLANNED
    ]
    for ids in sets.chunks(gone):
        outbox.cancel_about(session, touchpoint_ids=ids, reason=found.cause.because, now=now)


def _free(session: Session, found: Foreseen, now: datetime) -> None:
    """Take meetings off both calendars; those that go on are placed anew as all others are."""
    freed = {
        touchpoint_id: edit.after.meeting
        for touchpoint_id, edit in foreseeing.by_touchpoint(found.changed)
        if is_freed(edit, now) and edit.after.meeting
    }
    for ids in sets.chunks(freed):
        rows = session.execute(
            select(CheckIn, Touchpoint)
            .join(Touchpoint, Touchpoint.id == CheckIn.touchpoint_id)
            .where(Touchpoint.id.in_(ids))
        )
        met = [(check_in, touchpoint) for check_in, touchpoint in rows]
        checkins.uninvite(session, met, now=now, send_at=now)
        for check_in, touchpoint in met:
            # its time stays: the mail that takes it out of the calendars is written from it
            check_in.state, check_in.reason = freed[touchpoint.id].state, freed[touchpoint.id].reason


def _look_again(session: Session, found: Foreseen) -> None:
    """Let times be looked for anew for meetings that come back with their follow-ups."""
    back = [
        touchpoint_id for touchpoint_id, edit in foreseeing.by_touchpoint(found.changed) if _is_back(edit)
    ]
    for ids in sets.chunks(back):
        cancelled = CheckIn.touchpoint_id.in_(ids) & (CheckIn.state == CheckInState.CANCELLED)
        session.execute(update(CheckIn).where(cancelled).values(state=CheckInState.UNPLACED, reason=None))


def _is_back(edit: Edit) -> bool:
    before, after = (edit.before.meeting if edit.before else None), edit.after.meeting
    if before is None or after is None:
        return False
    return before.state is CheckInState.CANCELLED and after.state is CheckInState.UNPLACED


def _record(session: Session, found: Foreseen, house: Mapping[str, object], now: datetime) -> None:
    rows: dict[str, list[Mapping[str, object]]] = defaultdict(list)
    for one in found.changed:
        ids = {follow_up.key: follow_up.id for follow_up in one.plan.follow_ups}
        for edit in one.edits:
            name = foreseeing.name(edit)
            if name is not None:
                plan = {"person_id": one.plan.person_id, "plan_id": one.plan.plan_id}
                about = {"cohort_id": one.plan.cohort_id, "touchpoint_id": ids.get(edit.key)}
                rows[name].append({**house, **plan, **about, "facts": _facts(edit, found.cause.because)})
    for name, some in rows.items():
        history.record_all(session, name, at=now, rows=some)


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
