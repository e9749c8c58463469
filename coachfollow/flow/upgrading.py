"""Lets the running follow-ups of a group take its programme's newest version: one preview, then one transaction.

What is still to come points at the new version's step of the same key from then on, words and all; what was asked or
answered keeps the step that it was asked by.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session, aliased

from coachfollow.errors import Conflict
from coachfollow.flow import cohorts, enacting, foreseeing, history, locking, programmes
from coachfollow.flow.foreseeing import Foreseen, Worlds
from coachfollow.models import Cohort, FollowUpPlan, ProgrammeVersion, Step, Touchpoint
from coachfollow.queries import schedules, snapshots
from coachfollow.rules.cadence import Sessions, StepRule
from coachfollow.rules.changes import PROGRAMME_CHANGED
from coachfollow.rules.reckoning import Reckoning
from coachfollow.rules.replanning import Cause
from coachfollow.rules.snapshots import Standing
from coachfollow.rules.worktime import Hours

CHANGED = Cause(because=PROGRAMME_CHANGED, passed="its day had passed when the programme was changed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """Another version of a group's programme, and what follows from it for its running plans."""

    was: int
    becomes: int
    follows: Foreseen


def foresee(session: Session, *, cohort: Cohort, now: datetime) -> Upgrade:
    """Say what the newest version would change; nothing is written. Raises Conflict, Invalid."""
    return _upgrade(session, cohort, _newest(session, cohort), now)


def upgrade(
    session: Session, *, cohort: Cohort, now: datetime, actor_id: int | None = None, shown: str | None = None
) -> Upgrade:
    """Take the newest version and move, add and leave out what differs; raises as `foresee` does.

    `shown` is the mark of what was previewed: if something has become another, nothing is done.
    """
    session.execute(update(Cohort).where(Cohort.id == cohort.id).values(key=Cohort.key))  # one at a time
    locking.group(session, cohort_id=cohort.id)
    session.refresh(cohort)
    version = _newest(session, cohort)
    found = _upgrade(session, cohort, version, now)
    if shown not in {None, found.follows.mark}:
        raise Conflict(foreseeing.MEANWHILE)
    plans = snapshots.living(FollowUpPlan.cohort_id == cohort.id)
    _point_at(session, cohort, version)
    session.execute(update(FollowUpPlan).where(plans).values(programme_version_id=version.id))
    cohort.programme_version_id = version.id
    house = {"organisation_id": cohort.organisation_id, "actor_id": actor_id}
    facts = {"was": found.was, "becomes": found.becomes}
    history.record(session, "group upgraded", at=now, cohort_id=cohort.id, **house, **facts)
    # of each, too: its calendar takes other words only as something that has happened (`queries/feeds.revisions`)
    history.record_plans(session, "plan upgraded", at=now, where=plans, actor_id=actor_id)
    enacting.enact(session, found.follows, organisation_id=cohort.organisation_id, now=now, actor_id=actor_id)
    session.commit()
    return found


def _newest(session: Session, cohort: Cohort) -> ProgrammeVersion:
    current = session.get_one(ProgrammeVersion, cohort.programme_version_id)
    newest = programmes.latest_version(session, programme_id=current.programme_id)
    if newest is None or newest.id == current.id:
        raise Conflict("This group has the newest version of its programme already.")
    return newest


def _upgrade(session: Session, cohort: Cohort, version: ProgrammeVersion, now: datetime) -> Upgrade:
    current = session.get_one(ProgrammeVersion, cohort.programme_version_id)
    steps = schedules.steps(session, version_id=version.id)
    return Upgrade(
        was=current.number,
        becomes=version.number,
        follows=foreseeing.foreseen(
            session,
            snapshots.standing(session, FollowUpPlan.cohort_id == cohort.id),
            worlds=_worlds(session, cohort, version, steps),
            cause=CHANGED,
            about=f"{cohort.id} {current.id} {version.id}",
            now=now,
        ),
    )


def _worlds(
    session: Session, cohort: Cohort, version: ProgrammeVersion, steps: Mapping[int, StepRule]
) -> Worlds:
    """A group's dates by the version that each plan has, and by the newest."""
    days = schedules.sessions(session, cohort).days
    cohorts.refuse_missing_sessions(tuple(steps.values()), len(days))
    becomes = schedules.anchored(version.anchor, days)
    known: dict[int, tuple[Mapping[int, StepRule], Sessions]] = {}

    def worlds(plan: Standing, week: Hours, zone: str) -> tuple[Reckoning, Reckoning]:
        if plan.version_id not in known:
            anchor = session.get_one(ProgrammeVersion, plan.version_id).anchor
            theirs = schedules.steps(session, version_id=plan.version_id)
            known[plan.version_id] = theirs, schedules.anchored(anchor, days)
        old, was = known[plan.version_id]
        return (
            Reckoning(steps=old, sessions=was, week=week, zone=zone),
            Reckoning(steps=steps, sessions=becomes, week=week, zone=zone),
        )

    return worlds


def _point_at(session: Session, cohort: Cohort, version: ProgrammeVersion) -> None:
    """Let what nobody was asked yet belong to the new version's step of the same key, if that asks the same."""
    old, new = aliased(Step), aliased(Step)
    same = (
        select(new.id)
        .join(old, and_(new.key == old.key, new.kind == old.kind, new.audience == old.audience))
        .where(new.version_id == version.id, old.id == Touchpoint.step_id)
        .correlate(Touchpoint)
        .scalar_subquery()
    )
    unasked = snapshots.unasked(CHANGED.because)
    theirs = select(FollowUpPlan.id).where(snapshots.living(FollowUpPlan.cohort_id == cohort.id))
    session.execute(
        update(Touchpoint)
        .where(Touchpoint.plan_id.in_(theirs), unasked, same.is_not(None))
        .values(step_id=same)
        .execution_options(synchronize_session=False)
    )
