"""Works follow-ups out again when people live elsewhere from now on, or work at other times."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.flow import enacting, foreseeing, history, locking, sets
from coachfollow.flow.foreseeing import Foreseen
from coachfollow.models import FollowUpPlan, Organisation, Person, Touchpoint
from coachfollow.queries import snapshots, worktimes
from coachfollow.rules.kinds import PlanState
from coachfollow.rules.reckoning import Reckoning
from coachfollow.rules.replanning import Cause
from coachfollow.rules.snapshots import Standing
from coachfollow.rules.worktime import WorkingTime

MOVED_HOUSE = Cause(because="they live in another time zone")
OTHER_TIMES = Cause(because="they work at other times")
AT_ONCE = 500  # people whose follow-ups are in memory together


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Where somebody lives, the week they work there, and whose public holidays they have if not the house's."""

    zone: str
    week: str
    region: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resettled:
    """How many people have another clock, or other working times only; how many follow-ups come otherwise for it."""

    elsewhere: int = 0
    moved: int = 0  # by another clock
    otherwise: int = 0
    shifted: int = 0  # for other working times


def of(person: Person) -> Habits:
    """Give somebody's habits as they are known."""
    return Habits(zone=person.zone, week=person.working_week, region=person.holiday_region)


def foresee(session: Session, habits: Mapping[int, Habits], *, now: datetime) -> Resettled:
    """Say what follows when these people have these habits; nothing is written."""
    return _each(session, habits, lambda some, cause: _foreseen(session, some, cause, now))


def resettle(
    session: Session,
    habits: Mapping[int, Habits],
    *,
    organisation_id: int,
    now: datetime,
    actor_id: int | None,
) -> Resettled:
    """Let these people have these habits; what is to come keeps its day and hour as far as they allow. No commit."""
    for people in sets.chunks(sorted(habits), AT_ONCE):  # all before any person is written
        theirs = select(FollowUpPlan.id).where(FollowUpPlan.person_id.in_(people))
        locking.plans(session, plan_ids=session.scalars(theirs).all())

    def settle(some: Mapping[int, Habits], cause: Cause) -> Foreseen:
        found = _foreseen(session, some, cause, now)
        _record(session, some, organisation_id, now, actor_id)
        rows = [
            {"id": person_id, "zone": one.zone, "working_week": one.week, "holiday_region": one.region}
            for person_id, one in some.items()
        ]
        session.execute(update(Person), rows)
        _keep(session, some, now)
        enacting.enact(session, found, organisation_id=organisation_id, now=now, actor_id=actor_id)
        return found

    return _each(session, habits, settle)


def _each(
    session: Session,
    habits: Mapping[int, Habits],
    settle: Callable[[Mapping[int, Habits], Cause], Foreseen],
) -> Resettled:
    """Take some hundred people at a time: first who has another clock, then who only works at other times."""
    zones = _zones(session, habits)
    moving = {person_id: one for person_id, one in habits.items() if one.zone != zones[person_id]}
    staying = {person_id: one for person_id, one in habits.items() if person_id not in moving}
    moved, shifted = (
        sum(
            len(one.edits)
            for some in sets.chunks(people.items(), AT_ONCE)
            for one in settle(dict(some), cause).changed
        )
        for people, cause in ((moving, MOVED_HOUSE), (staying, OTHER_TIMES))
    )
    return Resettled(elsewhere=len(moving), moved=moved, otherwise=len(staying), shifted=shifted)


def _zones(session: Session, habits: Mapping[int, Habits]) -> Mapping[int, str]:
    found: dict[int, str] = {}
    for ids in sets.chunks(habits):
        rows = session.execute(select(Person.id, Person.zone).where(Person.id.in_(ids)))
        found |= {row.id: row.zone for row in rows}
    return found


def _foreseen(session: Session, habits: Mapping[int, Habits], cause: Cause, now: datetime) -> Foreseen:
    standings = snapshots.standing(session, FollowUpPlan.person_id.in_(list(habits)))
    houses = _regions(session, habits)

    def becoming(plan: Standing, was: Reckoning, week: WorkingTime) -> tuple[Reckoning, Reckoning]:
        theirs = habits[plan.person_id]
        there = replace(
            week,
            pattern=worktimes.pattern(theirs.week),
            holidays=worktimes.holidays(
                theirs.region or houses[plan.person_id], (now - worktimes.BACK).date()
            ),
        )
        return was, replace(was, zone=theirs.zone, week=there)

    worlds = foreseeing.by_their_programmes(session, standings, becoming)
    return foreseeing.foreseen(session, standings, worlds=worlds, cause=cause, about="", now=now)


def _regions(session: Session, habits: Mapping[int, Habits]) -> Mapping[int, str | None]:
    """Whose public holidays their houses have."""
    rows = session.execute(
        select(Person.id, Organisation.holiday_region)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.id.in_(list(habits)))
    )
    return {row.id: row.holiday_region for row in rows}


def _record(
    session: Session,
    habits: Mapping[int, Habits],
    organisation_id: int,
    now: datetime,
    actor_id: int | None,
) -> None:
    """Write down what becomes another: the zone, the week, the region."""
    columns = (Person.id, Person.zone, Person.working_week, Person.holiday_region)
    rows = session.execute(select(*columns).where(Person.id.in_(list(habits)))).all()
    for name, at in (("zone changed", 0), ("working week changed", 1), ("holidays changed", 2)):
        changed = []
        for person_id, *known in rows:
            one = habits[person_id]
            was, becomes = known[at], (one.zone, one.week, one.region)[at]
            if was != becomes:
                who = {"organisation_id": organisation_id, "person_id": person_id, "actor_id": actor_id}
                changed.append({**who, "facts": {"was": was, "becomes": becomes}})
        if changed:
            history.record_all(session, name, at=now, rows=changed)


def _keep(session: Session, habits: Mapping[int, Habits], now: datetime) -> None:
    """Say of what nobody was asked yet in which zone its day and hour are meant."""
    plans = snapshots.living(FollowUpPlan.person_id.in_(list(habits)))
    waits = (Touchpoint.due_at > now) | (FollowUpPlan.state != PlanState.ACTIVE)
    there = select(Person.zone).where(Person.id == FollowUpPlan.person_id).scalar_subquery()
    session.execute(
        update(Touchpoint)
        .where(Touchpoint.plan_id == FollowUpPlan.id, plans, snapshots.unasked(), waits)
        .values(zone=there)
        .execution_options(synchronize_session=False)
    )
