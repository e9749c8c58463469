"""Corrects when a session of a group takes place: one preview of all that follows, one transaction that does it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.flow import checkins, history, plans, sets
from coachfollow.flow.changing import is_freed
from coachfollow.flow.cohorts import Meeting, training_session
from coachfollow.models import CheckIn, Cohort, Touchpoint, TrainingSession
from coachfollow.queries import schedules, snapshots, worktimes
from coachfollow.rules import planning, replanning
from coachfollow.rules.cadence import Sessions, StepRule
from coachfollow.rules.changes import Edit
from coachfollow.rules.kinds import CheckInState, TouchpointState
from coachfollow.rules.planning import Planned
from coachfollow.rules.replanning import Anchored, Replanned, Standing
from coachfollow.rules.worktime import Hours

MOVED, EXCUSED, LEFT_OUT = "follow-up moved", "follow-up excused", "follow-up left out"
MEANWHILE = "Something about this group has changed meanwhile, so nothing was done. Please look at it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What a corrected session changes: every plan with its edits, and how many follow-ups stay as they are."""

    position: int
    was: datetime
    becomes: datetime
    zone: str
    changed: Sequence[Replanned]
    people: int
    unchanged: int
    freed: int  # meetings that leave both calendars, to be placed anew
    mark: str

    @property
    def moved(self) -> int:
        """How many follow-ups get another day or time."""
        return self._becoming(MOVED)

    @property
    def left_out(self) -> int:
        """How many are not asked any more: their day has passed, or leave takes their place."""
        return self._becoming(EXCUSED) + self._becoming(LEFT_OUT)

    def _becoming(self, name: str) -> int:
        return sum(_name(edit) == name for one in self.changed for edit in one.edits)


def foresee(session: Session, *, cohort: Cohort, position: int, meeting: Meeting, now: datetime) -> Foreseen:
    """Say what another begin of a session would change; nothing is written. Raises Invalid, NotFound, Conflict."""
    there = _sessions(session, cohort)
    return _foreseen(session, cohort, there, _corrected(cohort, there, position, meeting), now)


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
    there = _sessions(session, cohort)
    corrected = _corrected(cohort, there, position, meeting)
    found = _foreseen(session, cohort, there, corrected, now)
    if shown not in {None, found.mark}:
        raise Conflict(MEANWHILE)
    row = there[position - 1]
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


def _foreseen(
    session: Session,
    cohort: Cohort,
    there: Sequence[TrainingSession],
    corrected: TrainingSession,
    now: datetime,
) -> Foreseen:
    was = there[corrected.position - 1]
    standings = snapshots.of_group(session, cohort_id=cohort.id)
    draft = _Draft(session, cohort, corrected)
    changed = [one for some in sets.chunks(standings) for one in draft.replanned(some, now)]
    edits = [edit for one in changed for edit in one.edits]
    return Foreseen(
        position=corrected.position,
        was=was.starts_at,
        becomes=corrected.starts_at,
        zone=cohort.zone,
        changed=changed,
        people=len(standings),
        unchanged=sum(len(one.follow_ups) for one in standings) - len(edits),
        freed=sum(is_freed(edit, now) for edit in edits),
        mark=replanning.mark(
            changed, about=f"{cohort.id} {was.id} {was.starts_at} {corrected.starts_at} {corrected.ends_at}"
        ),
    )


class _Draft:
    """A group's programme, dated from its sessions as they are and as they are to be."""

    def __init__(self, session: Session, cohort: Cohort, corrected: TrainingSession) -> None:
        self._session = session
        self._steps: Mapping[int, StepRule] = schedules.steps(session, version_id=cohort.programme_version_id)
        self._was = schedules.sessions(session, cohort)
        days: list[date] = list(self._was.days)
        days[corrected.position - 1] = corrected.local_date
        self._becomes = Sessions(days=tuple(days), anchor=self._was.anchor)

    def replanned(self, some: Sequence[Standing], now: datetime) -> Sequence[Replanned]:
        """Give what changes about these plans, of those about which something does."""
        weeks = worktimes.of_people(self._session, ids={one.person_id for one in some}, now=now)
        found = []
        for plan in some:
            week = weeks[plan.person_id]
            anchored = {zone: self._anchored(week, zone) for zone in {one.zone for one in plan.follow_ups}}
            current = {one.key: one.course for one in plan.follow_ups}
            edits = replanning.replan(current, replanning.wanted(plan, anchored, now=now))
            found.append(Replanned(plan=plan, edits=edits))
        return [one for one in found if one.edits]

    def _anchored(self, week: Hours, zone: str) -> Anchored:
        ids = {rule.key: step_id for step_id, rule in self._steps.items()}

        def dated(sessions: Sessions) -> Mapping[int, Planned]:
            found = planning.plan(tuple(self._steps.values()), sessions=sessions, week=week, zone=zone)
            return {ids[one.step]: one for one in found}

        return Anchored(was=dated(self._was), becomes=dated(self._becomes), week=week)


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
        for touchpoint_id, edit in _by_touchpoint(changed)
    ]
    if rows:
        session.execute(update(Touchpoint), rows)


def _by_touchpoint(changed: Sequence[Replanned]) -> Sequence[tuple[int, Edit]]:
    return [
        (ids[edit.key], edit)
        for one in changed
        for ids in [{follow_up.key: follow_up.id for follow_up in one.plan.follow_ups}]
        for edit in one.edits
    ]


def _free(session: Session, changed: Sequence[Replanned], now: datetime) -> None:
    """Take meetings that move off both calendars; they are placed anew as all others are."""
    freed = [touchpoint_id for touchpoint_id, edit in _by_touchpoint(changed) if is_freed(edit, now)]
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
    for name in (MOVED, EXCUSED, LEFT_OUT):
        rows = [
            {
                **house,
                "person_id": one.plan.person_id,
                "plan_id": one.plan.plan_id,
                "touchpoint_id": touchpoint_id,
                "facts": _facts(edit),
            }
            for one in found.changed
            for touchpoint_id, edit in _by_touchpoint([one])
            if _name(edit) == name
        ]
        history.record_all(session, name, at=now, rows=rows)


def _name(edit: Edit) -> str | None:
    """What is written down of an edit; nothing where the follow-up stays put aside."""
    match edit.after.state:
        case TouchpointState.PLANNED:
            return MOVED
        case TouchpointState.EXCUSED:
            return EXCUSED
        case _:
            return LEFT_OUT if edit.after.state_reason == replanning.PASSED else None


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
