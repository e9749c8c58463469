"""Works out what a corrected session changes about all plans of its group, in sets, and writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from coachfollow.flow import sets
from coachfollow.flow.changing import is_freed
from coachfollow.models import Cohort, TrainingSession
from coachfollow.queries import schedules, snapshots, worktimes
from coachfollow.rules import planning, replanning
from coachfollow.rules.cadence import Sessions, StepRule
from coachfollow.rules.changes import Edit
from coachfollow.rules.kinds import TouchpointState
from coachfollow.rules.planning import Planned
from coachfollow.rules.replanning import Anchored, Replanned, Standing
from coachfollow.rules.worktime import Hours

MOVED, EXCUSED, LEFT_OUT = "follow-up moved", "follow-up excused", "follow-up left out"


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

    def _becoming(self, what: str) -> int:
        return sum(name(edit) == what for one in self.changed for edit in one.edits)


def foreseen(
    session: Session, *, cohort: Cohort, was: TrainingSession, corrected: TrainingSession, now: datetime
) -> Foreseen:
    """Work out what follows when a session is as corrected; nothing is written."""
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


def by_touchpoint(changed: Sequence[Replanned]) -> Sequence[tuple[int, Edit]]:
    """Give the edits, each with the id of its follow-up."""
    return [
        (ids[edit.key], edit)
        for one in changed
        for ids in [{follow_up.key: follow_up.id for follow_up in one.plan.follow_ups}]
        for edit in one.edits
    ]


def name(edit: Edit) -> str | None:
    """What is written down of an edit; nothing where the follow-up stays put aside."""
    match edit.after.state:
        case TouchpointState.PLANNED:
            return MOVED
        case TouchpointState.EXCUSED:
            return EXCUSED
        case _:
            return LEFT_OUT if edit.after.state_reason == replanning.PASSED else None
