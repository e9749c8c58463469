"""Writes one meeting as the calendar entry that invites one attendee, or takes the invitation back.

Field notes: times are UTC and there is no VTIMEZONE, because Outlook misreads the zones libraries write; one
attendee each, because Outlook ignores an answer given in advance for another; the organiser is the address
the mail comes from, or Gmail shows no buttons; the caller raises `sequence` with every change of time, place
or status, or clients pass the change over.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from coachfollow.calendars import lines

_URI_SAFE = "@+!$'*/="  # what may stand in an address and in a mailto URI alike
_ADDRESS = re.compile(r"[!#-;=?-~]+@[0-9A-Za-z.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One check-in as one attendee's calendar sees it; `uid` is unguessable and stays, instants are aware."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    stamp: datetime
    summary: str
    description: str
    location: str
    organiser_name: str
    organiser_address: str
    attendee_name: str
    attendee_address: str


def request(meeting: Meeting) -> bytes:
    """Write the invitation, or a change of it; the same meeting gives the same bytes."""
    answer = "ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;"
    return _calendar("REQUEST", [*_event(meeting, attendee=answer), "STATUS:CONFIRMED", "TRANSP:OPAQUE"])


def cancel(meeting: Meeting) -> bytes:
    """Write the cancellation; time, organiser and attendee stay as they were invited."""
    return _calendar("CANCEL", [*_event(meeting, attendee="ROLE=REQ-PARTICIPANT;"), "STATUS:CANCELLED"])


def _calendar(method: str, event: Iterable[str]) -> bytes:
    written = (
        "BEGIN:VCALENDAR",
        f"PRODID:{lines.PRODID}",
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        *event,
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return b"".join(lines.folded(line) for line in written)


def _event(meeting: Meeting, *, attendee: str) -> list[str]:
    if not lines.UID.fullmatch(meeting.uid) or meeting.sequence < 0:
        raise ValueError(f"a meeting needs a plain uid and a sequence from 0, not {meeting.uid!r}")
    organiser = _person(meeting.organiser_name, meeting.organiser_address)
    invited = _person(meeting.attendee_name, meeting.attendee_address)
    return [
        f"UID:{meeting.uid}",
        f"SEQUENCE:{meeting.sequence}",
        f"DTSTAMP:{lines.utc(meeting.stamp)}",
        f"DTSTART:{lines.utc(meeting.starts_at)}",
        f"DTEND:{lines.utc(meeting.ends_at)}",
        f"SUMMARY:{lines.text(meeting.summary)}",
        *([f"DESCRIPTION:{lines.text(meeting.description)}"] if meeting.description else []),
        *([f"LOCATION:{lines.text(meeting.location)}"] if meeting.location else []),
        f"ORGANIZER;{organiser}",
        f"ATTENDEE;CUTYPE=INDIVIDUAL;{attendee}{invited}",
    ]


def _person(name: str, address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"{address[:80]!r} is not a mail address a calendar can carry")
    return f'CN="{lines.parameter(name) or address}":mailto:{quote(address, safe=_URI_SAFE)}'
