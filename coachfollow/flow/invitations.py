"""What a mail says of a meeting and of days: the calendar entry, the time where the reader lives, who calls."""

from datetime import date, datetime
from functools import lru_cache

from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime, get_timezone

from coachfollow.calendars import invitation
from coachfollow.extensions import installation
from coachfollow.queries.letters import Gathering, Letter
from coachfollow.rules.kinds import MessageKind


def entry(letter: Letter, meeting: Gathering, *, now: datetime) -> tuple[bytes, str]:
    """The calendar entry of one attendee, with its method; raises ValueError for what no calendar takes."""
    settings = installation().settings
    said = invitation.Meeting(
        uid=f"{meeting.uid}@{settings.mail_domain}",
        sequence=letter.n,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        stamp=now,
        summary=f"Follow-up: {meeting.participant} and {meeting.coach}",
        description=f"A half-hour to look at what worked and what got in the way. {who_calls(meeting)}",
        location=meeting.link or "",
        organiser_name=letter.sender_name,
        organiser_address=settings.mail_from,
        attendee_name=letter.name or "",
        attendee_address=letter.address or "",
    )
    if letter.kind is MessageKind.CANCELLATION:
        return invitation.cancel(said), "CANCEL"
    return invitation.request(said), "REQUEST"


def who_calls(meeting: Gathering) -> str:
    """Who rings whom where no link says where to meet."""
    return "" if meeting.link else f"{meeting.coach} will call."


def other(letter: Letter, meeting: Gathering) -> str:
    """Whom the reader meets."""
    return meeting.participant if letter.person_id == meeting.coach_id else meeting.coach


@lru_cache(maxsize=4096)
def day(day: date, locale: str) -> str:
    """A day in words of the reader's language."""
    return format_date(day, "long", locale=_known(locale))


def moment(moment: datetime, letter: Letter) -> str:
    """A time where the reader lives, in their language, with the zone said."""
    return local_moment(moment, zone=letter.zone, locale=letter.locale)


def local_moment(moment: datetime, *, zone: str, locale: str) -> str:
    """A time in a zone, in a language, with the zone said."""
    tzinfo = get_timezone(zone)
    said = format_datetime(moment, "EEEE d MMMM y, HH:mm", tzinfo=tzinfo, locale=_known(locale))
    return f"{said} ({zone.replace('_', ' ')})"


def _known(locale: str) -> str:
    """A locale that Babel knows: the person's, or English."""
    try:
        format_date(date(2000, 1, 1), locale=locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return "en"
    return locale.replace("-", "_")
