"""Writes a calendar to subscribe to: entries that are nobody's meeting, private, and take no time.

Field notes: what is left out of the next answer leaves the subscriber's calendar, so nothing is ever cancelled here;
clients pass over an entry whose DTSTAMP and SEQUENCE stay as they were, and some fetch for ever where they change
without a reason, so both follow from what is written, not from now; Outlook reads X-PUBLISHED-TTL, others
REFRESH-INTERVAL, Google neither; instants are UTC, as in `invitation`. RFC 5545 3.4 wants one component at least, and
a strict reader that refused an empty calendar would keep what it had: so that holds a time zone, which shows nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from coachfollow.calendars import lines

EVERY = "PT4H"  # how often a client had better look: what is near seldom moves
LASTS = timedelta(minutes=15)  # so that a day's view has something to show
NOTHING = (  # what an empty calendar holds
    "BEGIN:VTIMEZONE",
    "TZID:UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "TZNAME:UTC",
    "END:STANDARD",
    "END:VTIMEZONE",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry; one that begins on a date lasts that day. `sequence` never goes back."""

    uid: str
    sequence: int
    changed_at: datetime
    begins: date | datetime
    summary: str
    description: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a calendar finds at an address."""

    name: str
    entries: Sequence[Entry]


def publish(feed: Feed) -> bytes:
    """Write all of it; the same feed gives the same bytes."""
    return b"".join(lines.folded(line) for line in _calendar(feed))


def _calendar(feed: Feed) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield f"PRODID:{lines.PRODID}"
    yield "VERSION:2.0"
    yield "CALSCALE:GREGORIAN"
    yield "METHOD:PUBLISH"
    yield f"NAME:{lines.text(feed.name)}"
    yield f"X-WR-CALNAME:{lines.text(feed.name)}"
    yield f"REFRESH-INTERVAL;VALUE=DURATION:{EVERY}"
    yield f"X-PUBLISHED-TTL:{EVERY}"
    for entry in feed.entries:
        yield from _event(entry)
    if not feed.entries:
        yield from NOTHING
    yield "END:VCALENDAR"


def _event(entry: Entry) -> Iterator[str]:
    if not lines.UID.fullmatch(entry.uid) or entry.sequence < 0:
        raise ValueError(f"an entry needs a plain uid and a sequence from 0, not {entry.uid!r}")
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}"
    yield f"DTSTAMP:{lines.utc(entry.changed_at)}"
    yield f"LAST-MODIFIED:{lines.utc(entry.changed_at)}"
    yield f"SEQUENCE:{entry.sequence}"
    yield from _times(entry.begins)
    yield f"SUMMARY:{lines.text(entry.summary)}"
    yield f"DESCRIPTION:{lines.text(entry.description)}"
    yield f"URL:{entry.url}"
    yield "CLASS:PRIVATE"
    yield "TRANSP:TRANSPARENT"
    yield "X-MICROSOFT-CDO-BUSYSTATUS:FREE"
    if isinstance(entry.begins, datetime):
        yield from _alarm(entry)
    yield "END:VEVENT"


def _times(begins: date | datetime) -> Iterator[str]:
    if isinstance(begins, datetime):
        yield f"DTSTART:{lines.utc(begins)}"
        yield f"DTEND:{lines.utc(begins + LASTS)}"
    else:
        yield f"DTSTART;VALUE=DATE:{begins:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{begins + timedelta(days=1):%Y%m%d}"


def _alarm(entry: Entry) -> Iterator[str]:
    """It shows the title alone: a screen that is locked shows it, too."""
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{lines.text(entry.summary)}"
    yield "TRIGGER:PT0S"
    yield "END:VALARM"
