"""Calendar entries as Outlook, Gmail and Apple take them, read back by a library that is not ours."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from coachfollow.calendars.invitation import Meeting, cancel, request
from coachfollow.calendars.lines import LINE_OCTETS

GOLDEN = Path(__file__).parent / "golden"
MEETING = Meeting(
    uid="c1f3a9e27b5d4c60@nordwind.example",
    sequence=2,
    starts_at=datetime(2026, 11, 17, 10, 0, tzinfo=timezone(timedelta(hours=1))),
    ends_at=datetime(2026, 11, 17, 10, 30, tzinfo=timezone(timedelta(hours=1))),
    stamp=datetime(2026, 11, 10, 8, 0, 12, 345678, tzinfo=UTC),
    summary="Meeting with my coach, Ben Okoro",
    description="Half an hour: what worked, what got in the way; what comes next.\nMy plan: “When a guest …”",
    location="Ben calls you by video",
    organiser_name='Ben "Benji" Okoro',
    organiser_address="checkin+4e2b@nordwind.example",
    attendee_name="Aïcha O’Neill-Núñez, Front desk",
    attendee_address="aicha.oneill@nordwind.example",
)
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), max_size=200)


def read(raw: bytes) -> tuple[Calendar, Event]:
    calendar = Calendar.from_ical(raw)
    [event] = calendar.events
    assert calendar.errors == event.errors == []
    return calendar, event


def test_an_invitation_says_who_meets_when_and_asks_for_an_answer() -> None:
    calendar, event = read(request(MEETING))
    assert (calendar["METHOD"], calendar["VERSION"], calendar["CALSCALE"]) == ("REQUEST", "2.0", "GREGORIAN")
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (MEETING.uid, 2, "CONFIRMED")
    assert (event.start, event.end) == (MEETING.starts_at, MEETING.ends_at)
    assert MEETING.stamp.replace(microsecond=0) == event.DTSTAMP
    assert (event["SUMMARY"], event["LOCATION"]) == (MEETING.summary, MEETING.location)
    assert event["DESCRIPTION"] == MEETING.description
    [attendee] = event.attendees
    assert attendee == f"mailto:{MEETING.attendee_address}"
    assert attendee.params["CN"] == MEETING.attendee_name
    assert {name: attendee.params[name] for name in ("CUTYPE", "ROLE", "PARTSTAT", "RSVP")} == {
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "TRUE",
    }
    assert event["ORGANIZER"] == f"mailto:{MEETING.organiser_address}"
    assert event["ORGANIZER"].params["CN"] == MEETING.organiser_name


def test_a_cancellation_keeps_the_meeting_and_withdraws_it() -> None:
    calendar, event = read(cancel(replace(MEETING, sequence=3)))
    _, invited = read(request(MEETING))
    assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 3)
    for kept in ("UID", "DTSTART", "DTEND", "ORGANIZER", "SUMMARY"):
        assert event[kept] == invited[kept]
    assert event.attendees == invited.attendees


@pytest.mark.parametrize("write", [request, cancel])
def test_times_are_utc_without_a_zone_of_their_own(write: Callable[[Meeting], bytes]) -> None:
    raw = write(MEETING)
    assert b"\r\nDTSTART:20261117T090000Z\r\n" in raw
    assert b"VTIMEZONE" not in raw
    assert b"TZID" not in raw


def test_the_same_meeting_gives_the_same_bytes() -> None:
    assert request(MEETING) == request(replace(MEETING))


def test_the_entry_itself_has_no_uid() -> None:
    """A parser that is not careful would take it for the meeting's."""
    assert request(MEETING).count(b"\r\nUID:") == 1


def test_what_is_empty_is_left_out() -> None:
    _, event = read(request(replace(MEETING, description="", location="", attendee_name="")))
    assert "DESCRIPTION" not in event
    assert "LOCATION" not in event
    assert event.attendees[0].params["CN"] == MEETING.attendee_address


@example(summary="ж" * 100, description="山" * 100, location="😀" * 100, attendee_name="aж" * 50)
@example(summary="\\:", description="\\;", location="\\n", attendee_name='\\: ^^ "^n"')
@given(summary=ANY_TEXT, description=ANY_TEXT, location=ANY_TEXT, attendee_name=ANY_TEXT)
def test_any_text_is_read_back_and_folded_within_75_octets(
    summary: str, description: str, location: str, attendee_name: str
) -> None:
    meeting = replace(
        MEETING, summary=summary, description=description, location=location, attendee_name=attendee_name
    )
    raw = request(meeting)
    _, event = read(raw)
    line_ends = str.maketrans(dict.fromkeys("\u2028\u2029", "\n"))
    assert event["SUMMARY"] == summary.translate(line_ends)
    assert event.get("DESCRIPTION", "") == description.translate(line_ends)
    assert event.get("LOCATION", "") == location.translate(line_ends)
    name = " ".join(attendee_name.replace("\\", "/").split())
    assert event.attendees[0].params["CN"] == (name or MEETING.attendee_address)
    for line in raw.removesuffix(b"\r\n").split(b"\r\n"):
        assert len(line) <= LINE_OCTETS
        line.decode()


@pytest.mark.parametrize(
    "text", ["a\r\nATTENDEE:mailto:eve@example.org", "a\nMETHOD:CANCEL", "a\x0bb\x00c\x85d\u2028e"]
)
@pytest.mark.parametrize("field", ["summary", "description", "location", "organiser_name", "attendee_name"])
def test_no_text_becomes_a_line_of_its_own(field: str, text: str) -> None:
    changed: dict[str, Any] = {field: text}
    calendar, event = read(request(replace(MEETING, **changed)))
    assert calendar["METHOD"] == "REQUEST"
    assert len(event.attendees) == 1


@pytest.mark.parametrize(
    ("changed", "remark"),
    [
        ({"uid": ""}, "no uid"),
        ({"uid": "a\r\nb"}, "a line in the uid"),
        ({"sequence": -1}, "a sequence that goes back"),
        ({"starts_at": datetime(2026, 11, 17, 10, 0)}, "a time without a zone"),  # noqa: DTZ001 - that is the case
        ({"attendee_address": "anna"}, "no address"),
        ({"attendee_address": "anna@example.org\r\nX:y"}, "a line in the address"),
        ({"organiser_address": "ä@example.org"}, "an address a calendar cannot carry"),
    ],
)
def test_what_no_calendar_could_take_is_refused(changed: dict[str, Any], remark: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as reason:
        request(replace(MEETING, **changed))
    assert str(reason.value), remark


def test_an_odd_address_stays_one_address() -> None:
    _, event = read(request(replace(MEETING, attendee_address="a?cc=b%40c&d@example.org")))
    assert event.attendees[0] == "mailto:a%3Fcc=b%2540c%26d@example.org"


@pytest.mark.parametrize(("name", "write"), [("request", request), ("cancel", cancel)])
def test_the_entry_is_the_one_we_looked_at(name: str, write: Callable[[Meeting], bytes]) -> None:
    raw = write(MEETING)
    file = GOLDEN / f"{name}.ics"
    if os.environ.get("COACHFOLLOW_GOLDEN") == "write":
        file.write_bytes(raw)
    assert raw == file.read_bytes(), (
        f"{file.name} has changed: look at it, then COACHFOLLOW_GOLDEN=write pytest"
    )
