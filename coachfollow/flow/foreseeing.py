"""Works out what follows for many plans when what dates them changes, in sets, and writes nothing."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from coachfollow.flow import sets
from coachfollow.flow.changing import is_freed
from coachfollow.queries import placed_meetings, schedules, worktimes
from coachfollow.queries.placed_meetings import Hearer
from coachfollow.rules import reckoning, replanning
from coachfollow.rules.changes import Edit
from coachfollow.rules.kinds import TouchpointState
from coachfollow.rules.reckoning import Anchored, Reckoning
from coachfollow.rules.replanning import Cause, Replanned
from coachfollow.rules.snapshots import Standing
from coachfollow.rules.worktime import WorkingTime

MOVED, ADDED = "follow-up moved", "follow-up added"
MEANWHILE = "Something about this has changed meanwhile, so nothing was done. Please look at it again."
FEW = 6  # so many coaches are named
EXCUSED, LEFT_OUT = "follow-up excused", "follow-up left out"

Worlds = Callable[[Standing, WorkingTime, str], tuple[Reckoning, Reckoning]]
"""What dates somebody with this working time in this zone: until now, and from now on."""

Becoming = Callable[[Standing, Reckoning, WorkingTime], tuple[Reckoning, Reckoning]]
"""Two of a reckoning by somebody's own programme, sessions and working time: until now, and from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What follows for these plans: every one with its edits, and how many follow-ups stay as they are."""

    changed: Sequence[Replanned]
    cause: Cause
    people: int
    unchanged: int
    freed: int  # meetings that leave both calendars
    told: Sequence[Hearer]  # whose calendars hold one of these
    mark: str

    @property
    def moved(self) -> int:
        """How many follow-ups get another day or time."""
        return self._becoming(MOVED)

    @property
    def added(self) -> int:
        """How many are new."""
        return self._becoming(ADDED)

    @property
    def left_out(self) -> int:
        """How many are not asked any more: their day has passed, they are gone, or leave takes their place."""
        return self._becoming(EXCUSED) + self._becoming(LEFT_OUT)

    def _becoming(self, what: str) -> int:
        return sum(name(edit) == what for one in self.changed for edit in one.edits)


def foreseen(
    session: Session,
    standings: Sequence[Standing],
    *,
    worlds: Worlds,
    cause: Cause,
    about: str,
    now: datetime,
) -> Foreseen:
    """Work out what follows for these plans when what dates them changes; `about` says what is changed."""
    changed = [
        one for some in sets.chunks(standings) for one in _replanned(session, some, worlds, cause, now)
    ]
    edits = [edit for one in changed for edit in one.edits]
    freed = [touchpoint_id for touchpoint_id, edit in by_touchpoint(changed) if is_freed(edit, now)]
    return Foreseen(
        changed=changed,
        cause=cause,
        people=len(standings),
        unchanged=sum(len(one.follow_ups) for one in standings)
        - sum(edit.before is not None and name(edit) is not None for edit in edits),
        freed=len(freed),
        told=_told(session, freed),
        mark=replanning.mark(changed, about=about),
    )


def by_their_programmes(session: Session, standings: Sequence[Standing], becoming: Becoming) -> Worlds:
    """Date each of these plans by the programme and the sessions it has, where something else changes."""
    frames = schedules.frames(session, {(one.cohort_id, one.version_id) for one in standings})

    def worlds(plan: Standing, week: WorkingTime, zone: str) -> tuple[Reckoning, Reckoning]:
        frame = frames[plan.cohort_id, plan.version_id]
        theirs = Reckoning(steps=frame.steps, sessions=frame.sessions, week=week, zone=zone)
        return becoming(plan, theirs, week)

    return worlds


def _told(session: Session, freed: Sequence[int]) -> Sequence[Hearer]:
    chunks = sets.chunks(freed)
    return list(
        dict.fromkeys(one for ids in chunks for one in placed_meetings.hearers(session, touchpoint_ids=ids))
    )


def _replanned(
    session: Session, some: Sequence[Standing], worlds: Worlds, cause: Cause, now: datetime
) -> Sequence[Replanned]:
    """Give what changes about these plans, of those about which something does."""
    weeks = worktimes.of_people(session, ids={one.person_id for one in some}, now=now)
    found, known = [], _Known()
    for plan in some:
        zones = {plan.zone, *(one.zone for one in plan.follow_ups)}
        week = weeks[plan.person_id]
        anchored: Mapping[str, Anchored] = {
            zone: known.anchored(*_theirs(plan, worlds(plan, week, zone))) for zone in zones
        }
        current = {one.key: one.course for one in plan.follow_ups}
        wanted = replanning.wanted(plan, anchored, cause=cause, now=now)
        changes = replanning.replan(current, wanted, because=cause.because, now=now)
        new = {step_id: item for item, step_id in anchored[plan.zone].steps.items()}
        added = {edit.key: new[edit.key[0]] for edit in changes.added}
        found.append(Replanned(plan=plan, changes=changes, new=added))
    return [one for one in found if one.edits]


class _Known:
    """Dates of people who share them, worked out once; whose they are is kept, as their parts are told by place."""

    def __init__(self) -> None:
        self.by_rhythm: dict[Hashable, tuple[Reckoning, Reckoning, Anchored]] = {}

    def anchored(self, was: Reckoning, becomes: Reckoning) -> Anchored:
        """Date somebody by both."""
        key = was.rhythm, becomes.rhythm
        if key not in self.by_rhythm:
            self.by_rhythm[key] = was, becomes, reckoning.anchored(was, becomes)
        return self.by_rhythm[key][-1]


def _theirs(plan: Standing, worlds: tuple[Reckoning, Reckoning]) -> tuple[Reckoning, Reckoning]:
    """Both by the rhythm that somebody chose, and with the answers they have given."""
    was, becomes = (
        replace(one, own=plan.own, sessions=replace(one.sessions, answers=plan.answers)) for one in worlds
    )
    return was, becomes


def by_touchpoint(changed: Sequence[Replanned]) -> Sequence[tuple[int, Edit]]:
    """Give the edits of what is there, each with the id of its follow-up."""
    return [
        (ids[edit.key], edit)
        for one in changed
        for ids in [{follow_up.key: follow_up.id for follow_up in one.plan.follow_ups}]
        for edit in one.edits
        if edit.before is not None
    ]


def who_is_told(found: Foreseen) -> str:
    """Say who gets a mail about it; what only moves comes on its new day, and says nothing before."""
    coaches = [one.name for one in found.told if one.is_coach]
    participants = len(found.told) - len(coaches)
    told = [*coaches] if len(coaches) <= FEW else [f"{len(coaches)} coaches"]
    if participants:
        told.append(f"{participants} participant{'' if participants == 1 else 's'}")
    if not told:
        return "Nobody gets a mail about this: what moves comes on its new day, and everybody sees it on their page."
    said = f"{', '.join(told[:-1])} and {told[-1]}" if len(told) > 1 else told[0]
    return (
        f"{said} get a mail that takes the meeting out of the calendar; a new time comes with a new invitation."
        " Nobody else gets a mail about this."
    )


def name(edit: Edit) -> str | None:
    """What is written down of an edit; nothing where the follow-up stays put aside."""
    match edit.after.state:
        case TouchpointState.PLANNED:
            return ADDED if edit.before is None else MOVED
        case TouchpointState.EXCUSED:
            was_excused = edit.before is not None and edit.before.state is TouchpointState.EXCUSED
            return None if was_excused else EXCUSED
        case _:
            was_there = edit.before is not None and edit.before.state is not TouchpointState.CANCELLED
            return LEFT_OUT if was_there else None
