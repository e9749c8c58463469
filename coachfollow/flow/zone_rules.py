"""Works out again when follow-ups are due where the clocks have other rules: their day and hour are what counts."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, select, tuple_, update
from sqlalchemy.orm import Session

from coachfollow.flow import history, locking, sets
from coachfollow.models import CheckIn, FollowUpPlan, Organisation, Person, Setting, Touchpoint
from coachfollow.rules import zones
from coachfollow.rules.kinds import CheckInState, TouchpointState

KEY = "zone rules"  # by which rules the instants were worked out last
BECAUSE = "the clocks there are changed on another day"
AT_ONCE = 500  # follow-ups held together


def keep_up(session: Session, *, now: datetime) -> int:
    """Work out again what is to come, once for each change of the rules; gives how many follow-ups it touched."""
    return sum(_of_house(session, house, now) for house in session.scalars(select(Organisation.id)).all())


def _of_house(session: Session, organisation_id: int, now: datetime) -> int:
    waiting = _waiting(organisation_id, now)
    used = session.scalars(select(Touchpoint.zone).where(waiting).distinct()).all()
    rules = json.dumps(zones.fingerprint(used, year=now.year))
    kept = session.get(Setting, (organisation_id, KEY))
    if kept is not None and kept.value == rules:
        session.rollback()
        return 0
    moments = select(Touchpoint.zone, Touchpoint.local_date, Touchpoint.local_time, Touchpoint.due_at)
    stale = [
        (zone, day, at, due_at)
        for zone, day, at, due_at in session.execute(moments.where(waiting).distinct())
        if zones.resolve(datetime.combine(day, at), zone) != due_at
    ]
    found = [row for some in sets.chunks(stale, 100) for row in _those_at(session, waiting, some)]
    session.rollback()  # nobody waits for us from here on but for a few plans at a time
    touched = sum(
        _work_out(session, waiting, some, organisation_id, now) for some in sets.chunks(found, AT_ONCE)
    )
    session.merge(Setting(organisation_id=organisation_id, key=KEY, value=rules))
    session.commit()
    return touched


def _waiting(organisation_id: int, now: datetime) -> ColumnElement[bool]:
    """What is to come; a meeting that has a time begins at the instant that stands in both calendars."""
    theirs = select(FollowUpPlan.id).join(Person, Person.id == FollowUpPlan.person_id)
    placed = exists().where(CheckIn.touchpoint_id == Touchpoint.id, CheckIn.state == CheckInState.PLACED)
    return (
        (Touchpoint.state == TouchpointState.PLANNED)
        & (Touchpoint.due_at > now)
        & Touchpoint.plan_id.in_(theirs.where(Person.organisation_id == organisation_id))
        & ~placed
    )


def _those_at(
    session: Session, waiting: ColumnElement[bool], stale: Sequence[tuple[Any, ...]]
) -> Sequence[tuple[int, int]]:
    """What stands at these moments, each with its plan, plan after plan."""
    moment = tuple_(Touchpoint.zone, Touchpoint.local_date, Touchpoint.local_time, Touchpoint.due_at)
    rows = session.execute(
        select(Touchpoint.id, Touchpoint.plan_id)
        .where(waiting, moment.in_(list(stale)))
        .order_by(Touchpoint.plan_id)
    )
    return [(touchpoint_id, plan_id) for touchpoint_id, plan_id in rows]


def _work_out(
    session: Session,
    waiting: ColumnElement[bool],
    found: Sequence[tuple[int, int]],
    organisation_id: int,
    now: datetime,
) -> int:
    """Work these out again and commit; what was asked or moved meanwhile is none of ours, and twice does no harm."""
    locking.plans(session, plan_ids={plan_id for _, plan_id in found})
    fresh = select(Touchpoint).where(
        waiting, Touchpoint.id.in_([touchpoint_id for touchpoint_id, _ in found])
    )
    rows = session.scalars(fresh.execution_options(populate_existing=True)).all()
    changed = [_anew(row) for row in rows]
    for some in sets.chunks(changed):
        session.execute(update(Touchpoint), some)
    facts = {"because": BECAUSE}
    events: list[Mapping[str, object]] = [
        {
            "organisation_id": organisation_id,
            "cohort_id": row.cohort_id,
            "plan_id": row.plan_id,
            "touchpoint_id": row.id,
            "facts": facts | {"was": row.local_date.isoformat(), "day": row.local_date.isoformat()},
        }
        for row in rows
    ]
    history.record_all(session, "follow-up moved", at=now, rows=events)
    count = len(rows)
    session.commit()
    return count


def _anew(row: Touchpoint) -> Mapping[str, object]:
    due_at = zones.resolve(datetime.combine(row.local_date, row.local_time), row.zone)
    later: timedelta = due_at - row.due_at
    return {
        "id": row.id,
        "due_at": due_at,
        "grace_until": row.grace_until + later,
        "closes_at": row.closes_at + later,
    }
