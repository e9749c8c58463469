"""Writes one meeting as the calendar entry that invites one attendee, or takes the invitation back.

Field notes: times are UTC and there is no VTIMEZONE, because Outlook misreads the zones libraries write; one
attendee each, because Outlook ignores an answer given in advance for another; the organiser is the address
the mail comes from, or Gmail shows no buttons; the caller raises `sequence` with every change of time, place
or status, or clients pass the change over.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

PRODID = "-//Coachfollow//Follow-up after trainings//EN"
LINE_OCTETS = 75  # RFC 5545 3.1

_CONTINUES, _BEGINS = 0x80, 0xC0  # UTF-8: the octets within a character, the first octet of one
_NEWLINE = re.compile(r"\r\n|[\r\x85\u2028\u2029]")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_URI_SAFE = "@+!$'*/="  # what may stand in an address and in a mailto URI alike
_ADDRESS = re.compile(r"[!#-;=?-~]+@[0-9A-Za-z.-]+")
_UID = re.compile(r"[0-9A-Za-z.@_-]{1,200}")


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
    lines = (
        "BEGIN:VCALENDAR",
        f"PRODID:{PRODID}",
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        *event,
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return b"".join(_folded(line) for line in lines)


def _event(meeting: Meeting, *, attendee: str) -> list[str]:
    if not _UID.fullmatch(meeting.uid) or meeting.sequence < 0:
        raise ValueError(f"a meeting needs a plain uid and a sequence from 0, not {meeting.uid!r}")
    organiser = _person(meeting.organiser_name, meeting.organiser_address)
    invited = _person(meeting.attendee_name, meeting.attendee_address)
    return [
        f"UID:{meeting.uid}",
        f"SEQUENCE:{meeting.sequence}",
        f"DTSTAMP:{_utc(meeting.stamp)}",
        f"DTSTART:{_utc(meeting.starts_at)}",
        f"DTEND:{_utc(meeting.ends_at)}",
        f"SUMMARY:{_text(meeting.summary)}",
        *([f"DESCRIPTION:{_text(meeting.description)}"] if meeting.description else []),
        *([f"LOCATION:{_text(meeting.location)}"] if meeting.location else []),
        f"ORGANIZER;{organiser}",
        f"ATTENDEE;CUTYPE=INDIVIDUAL;{attendee}{invited}",
    ]


def _utc(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a meeting's times need a zone; give aware times")
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _person(name: str, address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"{address[:80]!r} is not a mail address a calendar can carry")
    return f'CN="{_parameter(name) or address}":mailto:{quote(address, safe=_URI_SAFE)}'


def _text(value: str) -> str:
    """RFC 5545 3.3.11."""
    plain = _INVISIBLE.sub("", _NEWLINE.sub("\n", value))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _parameter(value: str) -> str:
    """RFC 6868: inside quotes, a quotation mark and a caret are written with a caret.

    A backslash stands for itself there, but some readers take it for the beginning of an escape.
    """
    plain = " ".join(_INVISIBLE.sub("", _NEWLINE.sub(" ", value)).replace("\\", "/").split())
    return plain.replace("^", "^^").replace('"', "^'")


def _folded(line: str) -> bytes:
    """Fold by octets, never within a character."""
    octets = line.encode()
    if len(octets) <= LINE_OCTETS:
        return octets + b"\r\n"
    pieces, start, room = [], 0, LINE_OCTETS
    while len(octets) - start > room:
        end = start + room
        while _CONTINUES <= octets[end] < _BEGINS:
            end -= 1
        pieces.append(octets[start:end])
        start, room = end, LINE_OCTETS - 1
    return b"\r\n ".join([*pieces, octets[start:]]) + b"\r\n"
