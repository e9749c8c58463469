"""Lets a house keep other public holidays: what is to come moves for all who have none of their own.

It goes a few hundred plans at a time, so that nobody waits for a lock of many. How far it came is kept beside the old
holidays: whatever cuts it short, it goes on from there, by the next call or the hourly job, and moves nothing twice.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coachfollow import almanac
from coachfollow.errors import Invalid
from coachfollow.flow import enacting, foreseeing, history, locking
from coachfollow.flow.foreseeing import Foreseen
from coachfollow.models import FollowUpPlan, Organisation, Person, Setting
from coachfollow.queries import snapshots, worktimes
from coachfollow.rules.reckoning import Reckoning
from coachfollow.rules.replanning import Cause
from coachfollow.rules.snapshots import Standing
from coachfollow.rules.worktime import WorkingTime

KEY = "holidays moving"  # from which holidays, and how far it came; there while it is not done
OTHER_HOLIDAYS = Cause(because="other public holidays are kept")
AT_ONCE = 200  # plans that are held together: a third of a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Whose public holidays are kept; how many plans were looked at, and how many of their follow-ups move."""

    region: str
    plans: int
    moved: int


class _Way(TypedDict):
    """From which holidays follow-ups move, of which plans (in the order of their numbers), and by whom."""

    was: str | None
    after: int
    until: int
    actor: int | None


def foresee(session: Session, *, organisation_id: int, country: str, part: str = "", now: datetime) -> Kept:
    """Say what would move if everybody who has none of their own had these public holidays; nothing is written."""
    region = _region(country, part)
    house = session.get_one(Organisation, organisation_id)
    if region == house.holiday_region:
        return Kept(region=region, plans=0, moved=0)
    plans = moved = 0
    for ids in _chunks(session, organisation_id, after=0, until=_newest(session)):
        found = _foreseen(session, ids, was=house.holiday_region, becomes=region, now=now)
        plans, moved = plans + len(ids), moved + found.moved
    return Kept(region=region, plans=plans, moved=moved)


def keep(
    session: Session,
    *,
    organisation_id: int,
    country: str,
    part: str = "",
    now: datetime,
    actor_id: int | None,
) -> Kept:
    """Say whose public holidays everybody has who has none of their own, and move what is to come."""
    region = _region(country, part)
    house = _settled(session, organisation_id, now)
    was = house.holiday_region
    if region == was:
        session.rollback()
        return Kept(region=region, plans=0, moved=0)
    house.holiday_region = region
    _keep_way(session, house.id, {"was": was, "after": 0, "until": _newest(session), "actor": actor_id})
    who = {"organisation_id": organisation_id, "actor_id": actor_id}
    history.record(session, "holidays changed", at=now, **who, was=was, becomes=region)
    session.commit()
    plans, moved = _finish(session, organisation_id, now)
    return Kept(region=region, plans=plans, moved=moved)


def go_on(session: Session, *, now: datetime) -> int:
    """Finish what was cut short, in every house; gives how many follow-ups moved."""
    waiting = session.scalars(select(Setting.organisation_id).where(Setting.key == KEY)).all()
    return sum(_finish(session, house, now)[1] for house in waiting)


def _region(country: str, part: str) -> str:
    try:
        return almanac.region(country, part)
    except ValueError as error:
        raise Invalid(f"{error}.", {"country": str(error)}) from error


def _settled(session: Session, organisation_id: int, now: datetime) -> Organisation:
    """Give the house, held, when nothing is on its way there any more: somebody else may have been quicker."""
    while True:
        _finish(session, organisation_id, now)
        house = session.get_one(
            Organisation, organisation_id, with_for_update={"key_share": True}, populate_existing=True
        )
        if session.get(Setting, (organisation_id, KEY), populate_existing=True) is None:
            return house
        session.rollback()


def _finish(session: Session, organisation_id: int, now: datetime) -> tuple[int, int]:
    """Go on to the end; gives how many plans were looked at, and how many follow-ups moved."""
    plans = moved = 0
    while (step := _step(session, organisation_id, now)) is not None:
        plans, moved = plans + step[0], moved + step[1]
    session.rollback()
    return plans, moved


def _step(session: Session, organisation_id: int, now: datetime) -> tuple[int, int] | None:
    """Move what is to come of the next plans, and commit with how far that is; None when there is nothing to do."""
    row = session.get(Setting, (organisation_id, KEY), with_for_update=True, populate_existing=True)
    if row is None:
        return None
    way: _Way = json.loads(row.value)
    ids = next(_chunks(session, organisation_id, after=way["after"], until=way["until"]), ())
    if not ids:
        session.delete(row)
        session.commit()
        return None
    locking.plans(session, plan_ids=ids)
    region = session.get_one(Organisation, organisation_id).holiday_region
    found = _foreseen(session, ids, was=way["was"], becomes=region, now=now)
    enacting.enact(session, found, organisation_id=organisation_id, now=now, actor_id=way["actor"])
    row.value = json.dumps({**way, "after": ids[-1]})
    session.commit()
    return len(ids), found.moved


def _keep_way(session: Session, organisation_id: int, way: _Way) -> None:
    session.merge(Setting(organisation_id=organisation_id, key=KEY, value=json.dumps(way)))


def _newest(session: Session) -> int:
    """The plan after which all are made with the new holidays from the beginning."""
    return session.scalar(select(func.max(FollowUpPlan.id))) or 0


def _chunks(session: Session, organisation_id: int, *, after: int, until: int) -> Iterator[Sequence[int]]:
    """The plans that run, rest or wait for the training, of whoever has no holidays of their own."""
    theirs = (Person.organisation_id == organisation_id) & Person.holiday_region.is_(None)
    plans = (
        select(FollowUpPlan.id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(snapshots.living(theirs), FollowUpPlan.id <= until)
        .order_by(FollowUpPlan.id)
        .limit(AT_ONCE)
    )
    while ids := session.scalars(plans.where(FollowUpPlan.id > after)).all():
        yield ids
        after = ids[-1]


def _foreseen(
    session: Session, ids: Sequence[int], *, was: str | None, becomes: str | None, now: datetime
) -> Foreseen:
    standings = snapshots.standing(session, FollowUpPlan.id.in_(ids))
    since = (now - worktimes.BACK).date()
    before, after = (worktimes.holidays(region, since) for region in (was, becomes))

    def becoming(_: Standing, theirs: Reckoning, week: WorkingTime) -> tuple[Reckoning, Reckoning]:
        return (
            replace(theirs, week=replace(week, holidays=before)),
            replace(theirs, week=replace(week, holidays=after)),
        )

    worlds = foreseeing.by_their_programmes(session, standings, becoming)
    return foreseeing.foreseen(session, standings, worlds=worlds, cause=OTHER_HOLIDAYS, about="", now=now)
