"""Keeps the rhythm that somebody chose and moves what is still to come; the one from before can be chosen again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from coachfollow.errors import Invalid
from coachfollow.flow import changing, feeds, locking
from coachfollow.models import Cohort, FollowUpPlan
from coachfollow.queries import schedules, snapshots, tempos
from coachfollow.rules import changes, decisions, tempo
from coachfollow.rules.changes import Course
from coachfollow.rules.kinds import StepKind
from coachfollow.rules.levers import Choose
from coachfollow.rules.snapshots import Snapshot
from coachfollow.rules.tempo import Tempo


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One follow-up that a rhythm moves, leaves out or adds; nothing before is one that is new."""

    kind: StepKind
    was: Course | None
    becomes: Course


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What a rhythm moves, in the order of time, and the mark of exactly that."""

    moves: Sequence[Moved]
    mark: str


def foresee(session: Session, *, plan_id: int, own: Tempo, now: datetime) -> Foreseen:
    """Say what another rhythm would move; nothing is written. Raises Invalid and Conflict."""
    snapshot = snapshots.of(session, plan_id=plan_id, now=now)
    lever = _lever(session, session.get_one(FollowUpPlan, plan_id), snapshot, own, now)
    change = decisions.decide(snapshot, lever, now=now)
    moves = [
        Moved(kind=snapshot.steps[edit.key[0]].kind, was=edit.before, becomes=edit.after)
        for edit in change.edits
    ]
    return Foreseen(moves=moves, mark=changes.mark(change))


def choose(
    session: Session, *, plan_id: int, own: Tempo, now: datetime, actor_id: int, shown: str | None = None
) -> None:
    """Give a plan another rhythm; raises as `foresee` does, and Conflict where `shown` is not what it moves now."""
    plan = locking.plan(session, plan_id=plan_id)
    snapshot = snapshots.of(session, plan_id=plan_id, now=now)
    lever = _lever(session, plan, snapshot, own, now)
    plan.pace, plan.weekday, plan.preferred_time = own.pace, own.weekday, own.at
    feeds.take(session, plan=plan, channel=own.channel, now=now)
    session.flush()
    changing.carry_out(session, plan_id=plan_id, lever=lever, now=now, actor_id=actor_id, shown=shown)


def _lever(session: Session, plan: FollowUpPlan, snapshot: Snapshot, own: Tempo, now: datetime) -> Choose:
    chosen = tempos.of_plan(session, plan_id=plan.id)
    found = tempo.problems(own, allowed=chosen.allowed, week=snapshot.week, today=snapshot.today(now))
    if found:
        raise Invalid(" ".join(found.values()), found)
    sessions = schedules.sessions(session, session.get_one(Cohort, plan.cohort_id))
    return Choose(was=chosen.own, becomes=own, sessions=sessions)
