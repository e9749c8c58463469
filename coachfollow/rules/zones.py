"""Which instant a wall clock in a zone means, and what it shows at an instant.

Field notes: a zone may skip a whole day (Apia, 30 December 2011), shift by half an hour (Lord Howe), sit on a
quarter (Kathmandu) or change its rules next month. So nothing here counts in hours from UTC.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

END_OF_DAY = time(23, 59, 59)
_THREE_YEARS = 3 * 365


def resolve(local: datetime, zone: str) -> datetime:
    """The UTC instant of a naive wall time: in a gap the first valid one after it, in a fold the first."""
    tz = ZoneInfo(zone)
    instant = local.replace(tzinfo=tz, fold=0).astimezone(UTC)
    other = local.replace(tzinfo=tz, fold=1).astimezone(UTC)
    return instant if instant <= other else _end_of_gap(local, zone, before=other, after=instant)


def _end_of_gap(wall: datetime, zone: str, *, before: datetime, after: datetime) -> datetime:
    """Halve the interval until one second holds the change of clocks; zones change on whole UTC seconds."""
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if local(middle, zone) < wall:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def change_on(day: date, zone: str) -> datetime | None:
    """The instant on a day at which the clocks of a zone change, to the second; None on all other days."""
    before = resolve(datetime.combine(day, time()), zone)
    after = resolve(datetime.combine(day + timedelta(days=1), time()), zone)
    tz = ZoneInfo(zone)
    was = before.astimezone(tz).utcoffset()
    if was == after.astimezone(tz).utcoffset():
        return None
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(tz).utcoffset() == was:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def local(instant: datetime, zone: str) -> datetime:
    """The naive wall time of an aware instant in a zone."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def end_of_day(day: date, zone: str) -> datetime:
    """The instant of 23:59:59 on that day in a zone."""
    return resolve(datetime.combine(day, END_OF_DAY), zone)


def fingerprint(names: Collection[str], *, year: int) -> Mapping[str, str]:
    """A short name for the rules of each zone from this year on, three years long: by it a change is seen."""
    noons = [datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(days=n) for n in range(_THREE_YEARS)]
    found = {}
    for name in sorted(names):
        tz = ZoneInfo(name)
        offsets = [str(noon.astimezone(tz).utcoffset()) for noon in noons]
        found[name] = sha256(" ".join(offsets).encode()).hexdigest()[:12]
    return found


def zone_problem(name: str) -> str | None:
    """Say what is wrong with the name of a time zone, or nothing."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return f"“{name}” is not a time zone we know; use a name like Europe/Berlin or America/New_York"
    return None
