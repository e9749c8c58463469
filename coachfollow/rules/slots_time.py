"""Turns working weeks into stretches of whole minutes, and those into the times at which a coach can be booked.

Minutes are counted in UTC from 1970. This is the one place where placing asks `worktime` about days.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from coachfollow.rules import worktime
from coachfollow.rules.slots_values import Coach, Taken
from coachfollow.rules.worktime import Hours

QUARTER, WEEK = 15, 7
_DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """Worked time without a break, on one local day; `wall` is its first minute by the clock there."""

    day: int
    wall: int
    start: int
    end: int


class Tile(NamedTuple):
    """A time at which a coach can be booked."""

    day: int
    wall: int
    start: int
    end: int

    @property
    def week(self) -> int:
        """The week of its day, Monday first."""
        return week_of(self.day)


def minute(moment: datetime) -> int:
    """Count whole minutes."""
    return int(moment.timestamp()) // 60


def moment(minutes: int) -> datetime:
    """The instant of a count of minutes."""
    return datetime.fromtimestamp(minutes * 60, UTC)


def week_of(day: int) -> int:
    """Number the weeks, Monday first, as days are numbered by `date.toordinal`."""
    return (day - 1) // WEEK


def local_day(at: datetime, zone: str) -> int:
    """The number of the local day."""
    return worktime.local(at, zone).toordinal()


def worked(week: Hours, zone: str, *, earliest: datetime, latest: datetime) -> list[Stretch]:
    """The worked stretches of all local days between two instants."""
    first, last = (worktime.local(at, zone).date() for at in (earliest, latest))
    days = (first + n * _DAY for n in range((last - first).days + 1))
    return [stretch for day in days for stretch in _of_day(week, zone, day)]


def _of_day(week: Hours, zone: str, day: date) -> Iterator[Stretch]:
    for span in worktime.spans_on(week, day):
        start, end = (
            minute(worktime.resolve(datetime.combine(day, at), zone)) for at in (span.start, span.end)
        )
        yield Stretch(day.toordinal(), span.start.hour * 60 + span.start.minute, start, end)


def minutes(taken: Iterable[Taken], *, around: int = 0) -> list[tuple[int, int]]:
    """Taken times in order, in minutes, with a gap around each; what begins within a minute takes all of it."""
    return sorted((minute(start) - around, -(-int(end.timestamp()) // 60) + around) for start, end in taken)


def without(stretches: Iterable[Stretch], taken: Sequence[tuple[int, int]]) -> Iterator[Stretch]:
    """What is left of worked time when taken times, in order, are cut out."""
    for day, wall, start, end in stretches:
        at = start
        for begins, ends in taken:
            if begins >= end or ends <= at:
                continue
            if begins > at:
                yield Stretch(day, wall + at - start, at, begins)
            at = max(at, ends)
        if at < end:
            yield Stretch(day, wall + at - start, at, end)


def tiles(
    coach: Coach, *, earliest: datetime, latest: datetime, meetings: Iterable[Taken] = ()
) -> Iterator[Tile]:
    """The times of a coach, one after the other with the gap between: as many as their hours can hold.

    Each free stretch is tiled from its first quarter of an hour, so any two tiles may be booked together.
    """
    if coach.week is None:
        return
    taken = sorted([*minutes(coach.busy), *minutes(meetings, around=coach.gap)])
    for day, wall, start, end in without(
        worked(coach.week, coach.zone, earliest=earliest, latest=latest), taken
    ):
        first = -(-start // QUARTER) * QUARTER
        for at in range(first, end - coach.minutes + 1, coach.minutes + coach.gap):
            yield Tile(day, wall + at - start, at, at + coach.minutes)
