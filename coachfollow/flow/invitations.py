"""What a mail says of a meeting: the calendar entry, whom the reader meets, who calls."""

from datetime import datetime

from coachfollow.calendars import invitation
from coachfollow.extensions import installation
from coachfollow.queries.letters import Gathering, Letter
from coachfollow.rules import calendar_words
from coachfollow.rules.kinds import MessageKind


def entry(letter: Letter, meeting: Gathering, *, now: datetime) -> tuple[bytes, str]:
    """The calendar entry of one attendee, with its method; raises ValueError for what no calendar takes."""
    settings, own = installation().settings, calendar_words.of(letter.locale)
    calls = () if meeting.link else (where(meeting, locale=letter.locale),)
    said = invitation.Meeting(
        uid=f"{meeting.uid}@{settings.mail_domain}",
        sequence=letter.n,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        stamp=now,
        summary=own.meeting.format(participant=meeting.participant, coach=meeting.coach),
        description=" ".join((own.about.format(lasts=length(meeting, locale=letter.locale)), *calls)),
        location=meeting.link or "",
        organiser_name=meeting.coach or letter.sender_name,
        organiser_address=settings.mail_from,
        attendee_name=letter.name or "",
        attendee_address=letter.address or "",
    )
    if letter.kind is MessageKind.CANCELLATION:
        return invitation.cancel(said), "CANCEL"
    return invitation.request(said), "REQUEST"


def where(meeting: Gathering, *, locale: str) -> str:
    """The link to meet at, or who rings whom where there is none."""
    return meeting.link or calendar_words.of(locale).calls.format(coach=meeting.coach)


def length(meeting: Gathering, *, locale: str) -> str:
    """How long it is, whoever its coach is."""
    return calendar_words.length(meeting.starts_at, meeting.ends_at, locale=locale)


def other(letter: Letter, meeting: Gathering) -> str:
    """Whom the reader meets."""
    return meeting.participant if letter.person_id == meeting.coach_id else meeting.coach
