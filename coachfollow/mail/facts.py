"""What a mail is made of: the authored wording, the house that sends it, and the facts of one recipient."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum, auto

from coachfollow.rules import wording
from coachfollow.rules.kinds import Audience, MessageKind

# blanks that only our own templates place; authors cannot
MAIL_BLANKS: Mapping[str, str] = {
    "meeting_time": "when the meeting is, in the recipient's zone, with the zone said",
    "meeting_length": "how long the meeting is",
    "meeting_place": "where the meeting is, or who calls whom",
    "meeting_with": "the name of the other person",
    "meeting_chosen_by": "the name of whoever chose the time of the meeting",
    "listing": "what a coach is told, as `listing` writes it",
    "listing_html": "the same as a piece of HTML, which is not escaped once more",
}
LINKS: Mapping[str, str] = {
    "answer": "opens the question of this mail; a choice is added as ?v=…",
    "plan": "opens my plan and the dates of my follow-up",
    "pause": "pauses these mails",
    "stop": "stops these mails",
    "meeting": "opens where the meeting of this mail gets another time, or what comes instead of it",
    "hours": "opens the coach's bookable hours",
    "people": "opens the coach's people",
    "sign_in": "signs in, for 15 minutes",
}


class ChosenBy(StrEnum):
    """Who chose the time of a meeting, to whoever reads of it."""

    READER = auto()
    OTHER = auto()


RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One step's authored text in one language: Markdown subset with placeholders.

    An empty subject or body takes our own words for that kind of mail. `choices` are pairs of value and
    label. `seen_by` says who will see the answer, as a sentence. `audience` is whom it speaks to. `new_coach` lets
    the mail say who coaches them by now, `chosen_by` who chose the time of a meeting.
    """

    subject: str = ""
    body: str = ""
    question: str | None = None
    choices: tuple[tuple[str, str], ...] = ()
    seen_by: str = ""
    audience: Audience = Audience.PARTICIPANT
    new_coach: bool = False
    chosen_by: ChosenBy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a mail that says several things; the way out of its mails stands once for each follow-up.

    `shares` is the place of an earlier part about somebody else that says the same: the words stand there once.
    """

    kind: MessageKind
    wording: Wording
    has_plan: bool
    has_footer: bool
    shares: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The sending side; `domain` is that of our Message-IDs, `bounce_address` receives what comes back."""

    organisation: str
    sender_name: str
    sender_address: str
    reply_to: str
    domain: str
    base_url: str
    bounce_address: str

    @property
    def slug(self) -> str:
        """The organisation as a label in List-Id and Feedback-ID."""
        return re.sub(r"[^a-z0-9]+", "-", self.organisation.lower()).strip("-")[:40] or "organisation"

    def return_path(self, token: str) -> str:
        """Return the envelope sender by which a bounce names its message."""
        local, _, domain = self.bounce_address.partition("@")
        return f"{local}+{token}@{domain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What differs from one recipient to the next.

    `values` fills the placeholders of `coachfollow.rules.wording` and `MAIL_BLANKS`; an empty `commitment`
    makes the mail ask for one first. `links` holds those of `LINKS` that the mail places, and `unsubscribe`
    if it may be left with one click. `from_name`, `from_address` and `reply_to` take the place of the
    house's. `thread` holds the message ids (uuid hex) this mail follows, oldest first.
    """

    message_id: str
    to_name: str
    to_address: str
    date: datetime
    values: Mapping[str, str]
    links: Mapping[str, str]
    calendar: bytes | None = None
    calendar_method: str | None = None
    from_name: str = ""
    from_address: str = ""
    reply_to: str = ""
    thread: tuple[str, ...] = ()

    def by_blank(self) -> Mapping[str, str]:
        """Return every fact under the name of its blank; links as `link.answer`."""
        return {**self.values, **{f"link.{name}": url for name, url in self.links.items()}}


def together(parts: Sequence[Facts]) -> Facts:
    """Put the facts of several mails to one person together: the first leads, each keeps its own under its number."""
    values = {
        part_prefix(n) + name: value for n, part in enumerate(parts) for name, value in part.values.items()
    }
    links = {part_prefix(n) + name: url for n, part in enumerate(parts) for name, url in part.links.items()}
    way_out = {name: url for name, url in parts[0].links.items() if name == "unsubscribe"}
    return replace(parts[0], values=values, links=links | way_out)


def part_prefix(n: int) -> str:
    """What the blanks of a mail's n-th part begin with."""
    return f"{n}."


def known_blanks() -> tuple[str, ...]:
    """Every name a template may place as a value."""
    return (*wording.PLACEHOLDERS, *MAIL_BLANKS)


def direction(locale: str) -> str:
    """Return the HTML writing direction of a locale such as `de` or `ar-EG`."""
    return "rtl" if re.split(r"[-_]", locale.lower())[0] in RIGHT_TO_LEFT else "ltr"
