"""Writes the files of the demo as an office would have them: people, a roster, and the report of a video meeting."""

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from coachfollow.flow import demo_people
from coachfollow.flow.demo_people import Habit, Invented

Rows = list[list[str]]
Stay = tuple[datetime, datetime]

MINUTES = 180
LENGTH = timedelta(minutes=MINUTES)
TITLE = "Customer-focused leadership"
REJOINING = 6  # every so many people lose their connection once


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attendee:
    name: str
    email: str
    role: str
    stays: tuple[Stay, ...]


def people() -> bytes:
    """Everybody with team, manager, zone, language, working week and country, as CSV."""
    header = ["Name", "Email", "Team", "Manager", "Time zone", "Language", "Working week", "Country"]
    rows = [
        [
            one.name,
            one.email,
            " / ".join(one.team),
            one.manager or "",
            one.zone,
            one.locale,
            one.week,
            demo_people.COUNTRIES[one.zone],
        ]
        for one in demo_people.everyone()
    ]
    return _written([header, *rows], delimiter=",").encode()


def roster() -> bytes:
    """Who is invited, and who coaches whom, as CSV with semicolons."""
    rows = [[one.name, one.email, demo_people.coach_of(one)] for one in demo_people.participants()]
    return _written([["Name", "Email", "Coach"], *rows], delimiter=";").encode()


def attendance(begins: datetime) -> bytes:
    """The report of the meeting as Teams writes it since 2022: UTF-16, tabs, three sections, rejoins.

    Times are naive, as such files have them, on the wall clock of whoever held the meeting.
    """
    attendees = _attendees(begins)
    rows = [*_summary(attendees, begins), *_participants(attendees), *_activities(attendees)]
    return _written(rows, delimiter="\t").encode("utf-16")


def _attendees(begins: datetime) -> Sequence[_Attendee]:
    """The organiser, everybody who came, and a guest whom nobody knows."""
    trainer, whole = demo_people.LND, (begins - timedelta(minutes=9), begins + LENGTH)
    came = [one for one in demo_people.participants() if one.habit is not Habit.ABSENT]
    return [
        _Attendee(name=trainer.name, email=trainer.email, role="Organizer", stays=(whole,)),
        *(
            _Attendee(
                name=one.name, email=one.email, role="Presenter", stays=_stays(one, number, begins=begins)
            )
            for number, one in enumerate(came, start=1)
        ),
        _Attendee(name="Alex (Guest)", email="", role="Attendee", stays=(whole,)),
    ]


def _stays(one: Invented, number: int, *, begins: datetime) -> tuple[Stay, ...]:
    chance = random.Random(one.email)
    joined = begins + timedelta(seconds=chance.randint(-480, 240))
    left = begins + LENGTH - timedelta(seconds=chance.randint(0, 300))
    if one.habit is Habit.LEAVING_EARLY:
        return ((joined, begins + timedelta(minutes=34, seconds=12)),)
    if number % REJOINING:
        return ((joined, left),)
    lost = begins + timedelta(minutes=chance.randint(50, 110))
    return ((joined, lost), (lost + timedelta(seconds=chance.randint(40, 400)), left))


def _summary(attendees: Sequence[_Attendee], begins: datetime) -> Rows:
    return [
        ["1. Summary"],
        ["Meeting title", TITLE],
        ["Attended participants", str(len(attendees))],
        ["Start time", _stamp(begins)],
        ["End time", _stamp(begins + LENGTH)],
        ["Meeting duration", _spoken(LENGTH)],
        [
            "Average attendance time",
            _spoken(sum(map(_length, attendees), timedelta()) / len(attendees)),
        ],
        [],
    ]


def _participants(attendees: Sequence[_Attendee]) -> Rows:
    header = [
        *("Name", "First join", "Last leave", "In-meeting duration"),
        *("Email", "Participant ID (UPN)", "Role"),
    ]
    rows = [
        [
            one.name,
            _stamp(one.stays[0][0]),
            _stamp(one.stays[-1][1]),
            _spoken(_length(one)),
            one.email,
            one.email,
            one.role,
        ]
        for one in attendees
    ]
    return [["2. Participants"], header, *rows, []]


def _activities(attendees: Sequence[_Attendee]) -> Rows:
    header = ["Name", "Join time", "Leave time", "Duration", "Email", "Role"]
    rows = [
        [one.name, _stamp(joined), _stamp(left), _spoken(left - joined), one.email, one.role]
        for one, joined, left in _each_stay(attendees)
    ]
    return [["3. In-Meeting activities"], header, *rows]


def _each_stay(attendees: Sequence[_Attendee]) -> Iterator[tuple[_Attendee, datetime, datetime]]:
    for one in attendees:
        for joined, left in one.stays:
            yield one, joined, left


def _length(one: _Attendee) -> timedelta:
    return sum((left - joined for joined, left in one.stays), timedelta())


def _stamp(moment: datetime) -> str:
    return f"{moment.day}/{moment.month}/{moment.year % 100:02}, {moment:%H:%M:%S}"


def _spoken(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    return f"{seconds // 3600}h {seconds // 60 % 60}m {seconds % 60}s"


def _written(rows: Rows, *, delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()
