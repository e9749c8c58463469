"""Says dates, times and places as people do, in the language of the page; every template may use these as filters."""

from datetime import date, datetime, time

from babel.dates import format_date, format_skeleton, format_time
from flask import Flask

from coachfollow.rules import spoken, worktime
from coachfollow.web import tongues

LOCALE = spoken.OURS


def register(app: Flask) -> None:
    """Bind the filters."""
    for phrase in (day, short_day, clock_time, moment, elsewhere, local_day, local_clock, place, how_many):
        app.add_template_filter(phrase)


def day(on: date) -> str:
    """Monday 9 March 2026."""
    locale = tongues.current().locale
    return format_date(on, spoken.FULL.get(locale, "full"), locale=locale)


def short_day(on: date) -> str:
    """Mon 9 March."""
    locale = tongues.current().locale
    if locale == LOCALE:
        return format_date(on, "EEE d MMMM", locale=locale)
    return format_skeleton("MMMMEd", on, locale=locale)


def clock_time(at: time) -> str:
    """09:30."""
    return format_time(at, "HH:mm", locale=tongues.current().locale)


def moment(instant: datetime, zone: str) -> str:
    """Monday 9 March 2026, 09:30: the local time of that zone."""
    there = worktime.local(instant, zone)
    return tongues.say("%(day)s, %(at)s", day=day(there.date()), at=clock_time(there.time()))


def local_day(instant: datetime, zone: str) -> str:
    """The local day of that zone on which something happens."""
    return day(worktime.local(instant, zone).date())


def local_clock(instant: datetime, zone: str) -> str:
    """09:30: the time that the clocks of that zone show."""
    return clock_time(worktime.local(instant, zone).time())


def how_many(number: int, one: str, many: str) -> str:
    """One mail, 12 mails, no mails."""
    return f"{number or 'no'} {one if number == 1 else many}"


def for_two(instant: datetime, zone: str, own: str) -> str:
    """Monday 9 March 2026, 09:30 (Europe/Berlin), 08:30 on your clock: the second only where it is another time."""
    there, here = moment(instant, zone), elsewhere(instant, zone, own)
    return f"{there} ({place(zone)}), {here}" if here else there


def elsewhere(instant: datetime, zone: str, own: str) -> str:
    """08:30 on your clock, with the day where it is another; nothing where the clocks show the same."""
    there, here = worktime.local(instant, zone), worktime.local(instant, own)
    if there.replace(tzinfo=None) == here.replace(tzinfo=None):
        return ""
    of_day = f"{short_day(here.date())}, " if here.date() != there.date() else ""
    return f"{of_day}{clock_time(here.time())} on your clock"


def place(zone: str) -> str:
    """Europe/Berlin, New York: a zone as people read it."""
    return zone.replace("_", " ")
