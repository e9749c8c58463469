"""Reads when people work: week or rota, holidays of their region, roster, leave, closed days and quiet hours."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Select,
    bindparam,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from coachfollow import almanac
from coachfollow.extensions import among
from coachfollow.models import ClosedSpell, LeaveSpell, Organisation, Person, RosterDay, table_of
from coachfollow.rules import rotas, weeks
from coachfollow.rules.absences import Closure, Leave, Quiet
from coachfollow.rules.worktime import Span, WorkingTime

BACK = timedelta(days=60)  # what lies longer ago decides nothing any more

pattern = lru_cache(maxsize=4096)(rotas.parse)

_USUAL = weeks.parse_week(weeks.DEFAULT_WEEK)

_SINCE = bindparam("since", type_=Date)

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
    """Give when these people work, by their id, in two statements."""
    since = (now - BACK).date()
    rows = session.execute(_usual(), {"ids": ids}).all()
    days = _own_days(session, ids=ids, since=since)
    return {
        person_id: replace(
            days[person_id],
            pattern=pattern(week),
            holidays=holidays(region, since),
            quiet=quiet(quiet_since, quiet_until),
        )
        for person_id, week, region, quiet_since, quiet_until in rows
    }


@cache
def _usual() -> Select[*tuple[Any, ...]]:
    people, houses = table_of(Person), table_of(Organisation)
    return (
        select(
            people.c.id,
            people.c.working_week,
            func.coalesce(people.c.holiday_region, houses.c.holiday_region),
            houses.c.quiet_since,
            houses.c.quiet_until,
        )
        .join(houses, houses.c.id == people.c.organisation_id)
        .where(among(people.c.id, "ids"))
    )


def offered(week: str, times: WorkingTime) -> WorkingTime:
    """Give the hours somebody offers, without their own leave and the days on which the house is closed."""
    return WorkingTime(pattern=pattern(week), leave=times.leave, closures=times.closures)


def leave_ahead(session: Session, *, person_id: int, since: date) -> Sequence[Leave]:
    """Give somebody's leave that is not over on a day, the nearest first."""
    columns = (LeaveSpell.first_day, LeaveSpell.last_day, LeaveSpell.from_noon, LeaveSpell.until_noon)
    rows = session.execute(
        select(*columns)
        .where(
            LeaveSpell.person_id == person_id, LeaveSpell.withdrawn_at.is_(None), LeaveSpell.last_day >= since
        )
        .order_by(LeaveSpell.first_day, LeaveSpell.id)
    )
    return [
        Leave(first=first, last=last, from_noon=from_noon, until_noon=until_noon)
        for first, last, from_noon, until_noon in rows
    ]


def _own_days(session: Session, *, ids: Collection[int], since: date) -> Mapping[int, WorkingTime]:
    """Leave, closed days and rosters of these people, upon a week that is still to be said."""
    leave, closed = defaultdict[int, list[Leave]](list), defaultdict[int, list[Closure]](list)
    rosters = defaultdict[int, dict[date, tuple[Span, ...]]](dict)
    for person_id, kind, first, last, from_noon, until_noon, hours in session.execute(
        _spells(), {"ids": ids, "since": since}
    ):
        match kind:
            case "leave":
                leave[person_id].append(
                    Leave(first=first, last=last, from_noon=from_noon, until_noon=until_noon)
                )
            case "closed":
                closed[person_id].append(Closure(first=first, last=last))
            case _:
                rosters[person_id][first] = weeks.parse_hours(hours)
    return {
        person_id: WorkingTime(
            pattern=_USUAL,
            roster=rosters.get(person_id, {}),
            leave=tuple(leave.get(person_id, ())),
            closures=tuple(closed.get(person_id, ())),
        )
        for person_id in ids
    }


@cache
def _spells() -> CompoundSelect[*tuple[Any, ...]]:
    """All that differs from the usual week of these people, as one statement."""
    people, closed = table_of(Person).c, table_of(ClosedSpell).c
    leave, rosters = table_of(LeaveSpell).c, table_of(RosterDay).c
    whole = (false(), false(), literal(""))
    are_away = select(
        leave.person_id,
        literal("leave"),
        leave.first_day.label("first"),
        leave.last_day,
        leave.from_noon,
        leave.until_noon,
        literal(""),
    ).where(among(leave.person_id, "ids"), leave.withdrawn_at.is_(None), leave.last_day >= _SINCE)
    is_closed = (
        select(people.id, literal("closed"), closed.first_day, closed.last_day, *whole)
        .join_from(table_of(Person), table_of(ClosedSpell), closed.organisation_id == people.organisation_id)
        .where(among(people.id, "ids"), closed.withdrawn_at.is_(None), closed.last_day >= _SINCE)
    )
    are_rostered = select(
        rosters.person_id, literal("roster"), rosters.day, rosters.day, *whole[:2], rosters.hours
    ).where(among(rosters.person_id, "ids"), rosters.day >= _SINCE)
    return union_all(are_away, is_closed, are_rostered).order_by("first")


def holidays(region: str | None, since: date) -> Mapping[date, str]:
    """The public holidays of a region; none where it is not known."""
    return almanac.days(region, since.year) if region else {}


def quiet(since: time | None, until: time | None) -> Quiet | None:
    """Quiet hours, where there are any."""
    return Quiet(since=since, until=until) if since is not None and until is not None else None


def closures(session: Session, *, organisation_id: int, since: date) -> tuple[Closure, ...]:
    """Give when an organisation is closed from a day on."""
    rows = session.execute(_closed(), {"house": organisation_id, "since": since})
    return tuple(Closure(first=first, last=last) for first, last in rows)


@cache
def _closed() -> Select[*tuple[Any, ...]]:
    closed = table_of(ClosedSpell).c
    return (
        select(closed.first_day, closed.last_day)
        .where(
            closed.organisation_id == bindparam("house", type_=Integer),
            closed.withdrawn_at.is_(None),
            closed.last_day >= _SINCE,
        )
        .order_by(closed.first_day)
    )
