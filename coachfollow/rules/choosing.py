"""What another rhythm moves of a plan: what was sent, asked or answered stays, and what a coach moved keeps apart."""

from dataclasses import replace
from datetime import datetime

from coachfollow.errors import Conflict
from coachfollow.rules import reckoning, replanning, tempo
from coachfollow.rules.cadence import Sessions
from coachfollow.rules.changes import Change, Edit
from coachfollow.rules.kinds import ChangeKind, PlanState
from coachfollow.rules.levers import Choose
from coachfollow.rules.reckoning import Anchored, Reckoning
from coachfollow.rules.replanning import Cause
from coachfollow.rules.snapshots import Snapshot, Standing
from coachfollow.rules.tempo import Tempo

LIVING = frozenset({PlanState.DRAFT, PlanState.ACTIVE, PlanState.PAUSED})
ALREADY = "This is how it comes already."
ENDED = "This follow-up has ended; nothing of it has a rhythm any more."


def choose(snapshot: Snapshot, lever: Choose, *, now: datetime) -> Change:
    """Say what a rhythm moves; raises Conflict where it is the same, or nothing can move any more."""
    if snapshot.footing.state not in LIVING:
        raise Conflict(ENDED)
    if lever.becomes == lever.was:
        raise Conflict(ALREADY)
    standing = _standing(snapshot, lever)
    sessions = replace(lever.sessions, answers=standing.answers)
    zones = {snapshot.zone, *(one.zone for one in snapshot.follow_ups)}
    wanted = replanning.wanted(
        standing,
        {zone: _anchored(snapshot, lever, sessions, zone) for zone in zones},
        cause=Cause(because=tempo.CHOSEN),
        now=now,
    )
    changes = replanning.replan(snapshot.courses, wanted, because=tempo.CHOSEN, now=now)
    edits = sorted(
        (edit for edit in changes.edits if not _is_past(edit, now)), key=lambda edit: edit.after.dates.due_at
    )
    return Change(kind=ChangeKind.TEMPO, before=snapshot.footing, after=snapshot.footing, edits=tuple(edits))


def _is_past(edit: Edit, now: datetime) -> bool:
    """Whether it would be due before anybody can know of it; then it stays as it is."""
    return edit.after.dates.due_at <= now


def _standing(snapshot: Snapshot, lever: Choose) -> Standing:
    return Standing(
        plan_id=0,
        person_id=0,
        name="",
        zone=snapshot.zone,
        cohort_id=0,
        version_id=0,
        own=lever.becomes,
        footing=snapshot.footing,
        follow_ups=snapshot.follow_ups,
    )


def _anchored(snapshot: Snapshot, lever: Choose, sessions: Sessions, zone: str) -> Anchored:
    def reckoned(own: Tempo) -> Reckoning:
        return Reckoning(steps=snapshot.steps, sessions=sessions, week=snapshot.week, zone=zone, own=own)

    return reckoning.anchored(reckoned(lever.was), reckoned(lever.becomes))
