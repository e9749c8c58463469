"""The next instant at which somebody works, on the days on which clocks and calendars are odd (F25)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coachfollow.rules import moments, rotas, zones
from coachfollow.rules.absences import Leave
from coachfollow.rules.moments import Missed, Moment, Person
from coachfollow.rules.worktime import WorkingTime

OFFICE = "mon-fri 09:00-17:00"
ALWAYS = "mon-sun 00:00-23:59"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "hours", "wanted", "found", "remark"),
    [
        ("Europe/Berlin", OFFICE, "2026-03-02 08:00", "2026-03-02 08:00", "work begins: it stays"),
        ("Europe/Berlin", OFFICE, "2026-03-02 16:00", "2026-03-02 16:00", "the last moment still is work"),
        ("Europe/Berlin", OFFICE, "2026-03-02 16:00:01", "2026-03-03 08:00", "a second later is tomorrow"),
        (
            "Europe/Berlin",
            OFFICE,
            "2026-03-27 20:00",
            "2026-03-30 07:00",
            "the clocks changed over the weekend",
        ),
        ("Europe/Berlin", "sun 02:15-02:45", "2026-03-29 00:00", "2026-04-05 00:15", "hours no clock showed"),
        (
            "Europe/Berlin",
            "sun 02:30-05:00",
            "2026-03-29 00:00",
            "2026-03-29 01:00",
            "work begins in the gap",
        ),
        ("Europe/Berlin", "sun 02:00-02:30", "2026-10-25 00:40", "2026-10-25 01:00", "the hour comes again"),
        (
            "Europe/Berlin",
            "sun 01:00-02:30",
            "2026-10-25 00:40",
            "2026-10-25 01:00",
            "and part of a span too",
        ),
        (
            "Europe/Berlin",
            "sun 02:00-02:30",
            "2026-10-25 01:31",
            "2026-11-01 01:00",
            "twice, not three times",
        ),
        ("Australia/Lord_Howe", "sun 02:10-02:40", "2026-10-03 14:00", "2026-10-03 15:30", "half-hour gap"),
        ("Asia/Kathmandu", OFFICE, "2026-03-02 00:00", "2026-03-02 03:15", "a quarter-hour zone"),
        ("Asia/Kolkata", OFFICE, "2026-03-02 12:00", "2026-03-03 03:30", "half an hour off the full one"),
        ("Pacific/Apia", ALWAYS, "2011-12-30 09:59:30", "2011-12-30 10:00", "30 December never was"),
        ("Pacific/Apia", "fri 09:00-17:00", "2011-12-29 12:00", "2012-01-05 19:00", "nor did its work"),
        (
            "Pacific/Kiritimati",
            OFFICE,
            "2026-03-01 12:00",
            "2026-03-01 19:00",
            "UTC+14: Monday is here already",
        ),
        ("Etc/GMT+12", OFFICE, "2026-03-07 04:00", "2026-03-07 04:00", "UTC-12: it still is Friday"),
        (
            "America/Havana",
            "sun 00:00-01:30",
            "2026-03-08 04:00",
            "2026-03-08 05:00",
            "no midnight on this day",
        ),
        ("America/Nuuk", "sat 23:00-23:30", "2026-03-28 23:00", "2026-04-05 00:00", "a gap before midnight"),
        ("Africa/Casablanca", OFFICE, "2026-02-16 08:30", "2026-02-16 09:00", "Ramadan time: an hour back"),
        ("Europe/Paris", "tue 09:00-10:00", "2028-02-29 07:00", "2028-02-29 08:00", "29 February"),
        ("Asia/Pyongyang", OFFICE, "2018-05-04 08:31", "2018-05-07 00:00", "a zone that changed its mind"),
    ],
)
def test_the_first_working_moment_from_then_on(
    zone: str, hours: str, wanted: str, found: str, remark: str
) -> None:
    moment = moments.next_moment(utc(wanted), Person(zone=zone, hours=rotas.parse(hours)))
    assert isinstance(moment, Moment)
    assert moment.at == utc(found), remark
    assert bool(moment.why) == (wanted != found)


def test_a_moment_says_why_it_moved() -> None:
    berlin = Person(zone="Europe/Berlin", hours=rotas.parse(OFFICE))
    said = [moments.next_moment(utc(wanted), berlin) for wanted in ("2026-03-14 10:00", "2026-03-16 05:30")]
    assert [one.why for one in said] == [
        "moved from Sat 14 to Mon 16 March: weekend",
        "moved from 06:30 to 09:00: outside working hours",
    ]


def test_what_has_no_moment_in_its_window_says_so() -> None:
    leave = Leave(first=date(2026, 3, 9), last=date(2026, 3, 20))
    person = Person(zone="Europe/Berlin", hours=WorkingTime(pattern=rotas.parse(OFFICE), leave=(leave,)))
    missed = moments.next_moment(utc("2026-03-10 09:00"), person, latest=utc("2026-03-20 09:00"))
    assert missed == Missed(why="no working time from Tue 10 to Fri 20 March: away until 20 March")
    evening = moments.next_moment(utc("2026-03-05 18:00"), person, latest=utc("2026-03-05 19:00"))
    assert evening == Missed(why="no working time from Thu 5 to Thu 5 March: outside working hours")


instants = st.datetimes(datetime(2026, 3, 1), datetime(2026, 4, 10)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
people = st.builds(
    Person,
    zone=st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "America/Nuuk", "Asia/Kathmandu"]),
    hours=st.from_type(WorkingTime),
)
AUTUMN = Person(zone="Europe/Berlin", hours=rotas.parse("sun 01:00-02:30"))


@settings(max_examples=40)
@given(instants, instants, people)
@example(utc("2026-10-25 00:40"), utc("2026-10-25 01:00"), AUTUMN)
def test_moments_are_working_time_and_in_order(one: datetime, other: datetime, person: Person) -> None:
    first, second = sorted((one, other))
    found, later = (moments.next_moment(at, person) for at in (first, second))
    assert isinstance(found, Moment)
    assert isinstance(later, Moment)
    here = zones.local(found.at, person.zone)
    assert any(span.start <= here.time() <= span.end for span in person.hours.on(here.date()))
    assert first <= found.at <= later.at
    assert moments.next_moment(found.at, person) == Moment(at=found.at)


@settings(max_examples=40)
@given(instants, st.timedeltas(timedelta(0), timedelta(days=20)), people)
def test_a_moment_lies_in_its_window_or_is_missed(at: datetime, window: timedelta, person: Person) -> None:
    found = moments.next_moment(at, person, latest=at + window)
    anyhow = moments.next_moment(at, person)
    assert isinstance(anyhow, Moment)
    assert isinstance(found, Moment) == (anyhow.at <= at + window)
    assert isinstance(found, Missed) or found == anyhow
