"""Gives a follow-up other dates: another day, more time, the time of a meeting; intervals are kept."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from coachfollow.rules import planning, worktime
from coachfollow.rules.planning import Planned
from coachfollow.rules.worktime import Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """When a follow-up is due where its person lives, and the instants that follow from it."""

    day: date
    at: time
    due_at: datetime
    grace_until: datetime
    closes_at: datetime


def of(planned: Planned) -> Dates:
    """Give the dates that something was planned with."""
    return Dates(
        day=planned.local_date,
        at=planned.local_time,
        due_at=planned.due_at,
        grace_until=planned.grace_until,
        closes_at=planned.closes_at,
    )


def fresh(*, day: date, at: time, open_days: int, week: Hours, zone: str) -> Dates:
    """The dates of a follow-up on a day of its own: on a working day, within working hours."""
    day = worktime.next_working_day(week, day)
    at = worktime.clip_time(week, day, at)
    return Dates(
        day=day,
        at=at,
        due_at=worktime.resolve(datetime.combine(day, at), zone),
        grace_until=planning.grace_until(week, day, zone=zone),
        closes_at=worktime.end_of_day(day + timedelta(days=open_days), zone),
    )


def moved(dates: Dates, *, day: date, week: Hours, zone: str, at: time | None = None) -> Dates:
    """The same follow-up on another day, with as long to answer it from there as it had before."""
    day = worktime.next_working_day(week, day)
    at = worktime.clip_time(week, day, at or dates.at)
    return Dates(
        day=day,
        at=at,
        due_at=worktime.resolve(datetime.combine(day, at), zone),
        grace_until=planning.grace_until(week, day, zone=zone),
        closes_at=_later(dates.closes_at, days=(day - dates.day).days, zone=zone),
    )


def not_before(dates: Dates, earlier: Dates | None) -> Dates:
    """The same, on one day with what goes before it no earlier than that: a day off turns nothing round."""
    if earlier is None or dates.day != earlier.day or dates.due_at >= earlier.due_at:
        return dates
    return replace(dates, at=earlier.at, due_at=earlier.due_at)


def prolonged(dates: Dates, *, days: int, zone: str) -> Dates:
    """The same day, and so many days longer to settle it."""
    return replace(
        dates,
        grace_until=_later(dates.grace_until, days=days, zone=zone),
        closes_at=_later(dates.closes_at, days=days, zone=zone),
    )


def open_until(dates: Dates, *, day: date, zone: str) -> Dates:
    """The same day, and time to answer until the end of another; whoever uses it is not late."""
    end = worktime.end_of_day(day, zone)
    return replace(dates, grace_until=end, closes_at=end)


def at_meeting(starts_at: datetime, *, week: Hours, zone: str) -> Dates:
    """The dates of a follow-up that is a meeting: those of the meeting, where the participant lives."""
    here = worktime.local(starts_at, zone)
    return Dates(
        day=here.date(),
        at=here.time(),
        due_at=starts_at,
        grace_until=planning.grace_until(week, here.date(), zone=zone),
        closes_at=worktime.end_of_day(here.date() + timedelta(days=planning.OPEN_DAYS), zone),
    )


def elsewhere(dates: Dates, *, was: str, zone: str) -> Dates:
    """The same day and time by the clock of another place."""

    def there(moment: datetime) -> datetime:
        return worktime.resolve(worktime.local(moment, was), zone)

    return replace(
        dates,
        due_at=worktime.resolve(datetime.combine(dates.day, dates.at), zone),
        grace_until=there(dates.grace_until),
        closes_at=there(dates.closes_at),
    )


def _later(moment: datetime, *, days: int, zone: str) -> datetime:
    """The same wall clock so many days later."""
    return worktime.resolve(worktime.local(moment, zone) + timedelta(days=days), zone)
