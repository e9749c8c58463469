"""Reads when people work: week or rota, holidays of their region, roster, leave, closed days and quiet hours."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from coachfollow import almanac
from coachfollow.models import ClosedSpell, LeaveSpell, Organisation, Person, RosterDay
from coachfollow.rules import rotas, weeks
from coachfollow.rules.absences import Closure, Leave, Quiet
from coachfollow.rules.worktime import Span, WorkingTime

BACK = timedelta(days=60)  # what lies longer ago decides nothing any more

pattern = lru_cache(maxsize=4096)(rotas.parse)

REGION = func.coalesce(Person.holiday_region, Organisation.holiday_region)


def has_own_days(now: datetime) -> ColumnElement[bool]:
    """Whether leave or a roster sets somebody apart from those who share their week."""
    since = (now - BACK).date()
    return or_(
        exists().where(
            LeaveSpell.person_id == Person.id, LeaveSpell.withdrawn_at.is_(None), LeaveSpell.last_day >= since
        ),
        exists().where(RosterDay.person_id == Person.id, RosterDay.day >= since),
    )


def shared(
    session: Session, *, organisation: Organisation, week: str, region: str | None, now: datetime
) -> WorkingTime:
    """Give when everybody works who shares a week and a region, and has no days of their own."""
    since = (now - BACK).date()
    return WorkingTime(
        pattern=pattern(week),
        holidays=holidays(region, since),
        closures=closures(session, organisation_id=organisation.id, since=since),
        quiet=quiet(organisation.quiet_since, organisation.quiet_until),
    )


def of_person(session: Session, *, person_id: int, now: datetime) -> WorkingTime:
    """Give when one person works."""
    return of_people(session, ids=[person_id], now=now)[person_id]


def of_people(session: Session, *, ids: Collection[int], now: datetime) -> Mapping[int, WorkingTime]:
    """Give when these people work, by their id, in four statements."""
    since = (now - BACK).date()
    rows = session.execute(
        select(
            Person.id,
            Person.working_week,
            REGION,
            Organisation.quiet_since,
            Organisation.quiet_until,
            Organisation.id,
        )
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.id.in_(ids))
    ).all()
    houses = {row[-1] for row in rows}
    closed = {house: closures(session, organisation_id=house, since=since) for house in houses}
    away, rostered = leave(session, ids=ids, since=since), rosters(session, ids=ids, since=since)
    return {
        person_id: WorkingTime(
            pattern=pattern(week),
            holidays=holidays(region, since),
            roster=rostered.get(person_id, {}),
            leave=tuple(away.get(person_id, ())),
            closures=closed[house],
            quiet=quiet(quiet_since, quiet_until),
        )
        for person_id, week, region, quiet_since, quiet_until, house in rows
    }


def holidays(region: str | None, since: date) -> Mapping[date, str]:
    """The public holidays of a region; none where it is not known."""
    return almanac.days(region, since.year) if region else {}


def quiet(since: time | None, until: time | None) -> Quiet | None:
    """Quiet hours, where there are any."""
    return Quiet(since=since, until=until) if since is not None and until is not None else None


def closures(session: Session, *, organisation_id: int, since: date) -> tuple[Closure, ...]:
    """Give when an organisation is closed from a day on."""
    rows = session.execute(
        select(ClosedSpell.first_day, ClosedSpell.last_day)
        .where(
            ClosedSpell.organisation_id == organisation_id,
            ClosedSpell.withdrawn_at.is_(None),
            ClosedSpell.last_day >= since,
        )
        .order_by(ClosedSpell.first_day)
    )
    return tuple(Closure(first=first, last=last) for first, last in rows)


def leave(session: Session, *, ids: Collection[int], since: date) -> Mapping[int, Sequence[Leave]]:
    """Give the leave of these people from a day on, by person."""
    found = defaultdict[int, list[Leave]](list)
    rows = session.execute(
        select(
            LeaveSpell.person_id,
            LeaveSpell.first_day,
            LeaveSpell.last_day,
            LeaveSpell.from_noon,
            LeaveSpell.until_noon,
        )
        .where(LeaveSpell.person_id.in_(ids), LeaveSpell.withdrawn_at.is_(None), LeaveSpell.last_day >= since)
        .order_by(LeaveSpell.first_day, LeaveSpell.id)
    )
    for person_id, first, last, from_noon, until_noon in rows:
        found[person_id].append(Leave(first=first, last=last, from_noon=from_noon, until_noon=until_noon))
    return found


def rosters(
    session: Session, *, ids: Collection[int], since: date
) -> Mapping[int, Mapping[date, tuple[Span, ...]]]:
    """Give what rosters say of these people from a day on, by person."""
    found = defaultdict[int, dict[date, tuple[Span, ...]]](dict)
    rows = session.execute(
        select(RosterDay.person_id, RosterDay.day, RosterDay.hours).where(
            RosterDay.person_id.in_(ids), RosterDay.day >= since
        )
    )
    for person_id, day, hours in rows:
        found[person_id][day] = weeks.parse_hours(hours)
    return found
