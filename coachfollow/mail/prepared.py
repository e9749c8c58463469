"""A step's mail in one language: compiled once, then filled per person with nothing left to compile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from coachfollow.mail import blanks, compiling, guard, headers, mime
from coachfollow.mail.compiling import Edition
from coachfollow.mail.facts import Facts, House, Section, Wording
from coachfollow.mail.guard import Unmailable
from coachfollow.rules.kinds import MessageKind

__all__ = ["Facts", "House", "Prepared", "Section", "Unmailable", "Wording", "prepare", "prepare_together"]

LONGEST_THREAD = 10  # more References than these make a header that gateways cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A mail of which everything is ready but the blanks; threads may share it."""

    kind: MessageKind
    house: House
    fixed_headers: bytes
    with_plan: Edition
    without_plan: Edition

    @property
    def needs(self) -> frozenset[str]:
        """The names of all blanks: values by name, links as `link.answer`."""
        return self.with_plan.needs | self.without_plan.needs

    def fill(self, facts: Facts) -> bytes:
        """Return the complete message: RFC 5322, CRLF, pure ASCII; raises Unmailable with the reason."""
        for name, url in facts.links.items():
            guard.link(url, what=f"the link “{name}”")
        edition = self.with_plan if facts.values.get("commitment") else self.without_plan
        values = facts.by_blank()
        try:
            head = self._headers(facts, edition.subject_line(values))
            plain = blanks.plain(values)
            text, html = edition.text.fill(values, plain), edition.html.fill(values, plain)
        except KeyError as missing:
            raise Unmailable(f"the {self.kind} mail has a hole: no {missing} was given.") from missing
        return head + self._content(facts, text, html)

    def _headers(self, facts: Facts, subject: str) -> bytes:
        sender = facts.from_name or self.house.sender_name
        address = facts.from_address or self.house.sender_address
        return b"".join(
            (
                _own_mailbox("From", sender, address),
                headers.mailbox("To", facts.to_name, facts.to_address),
                headers.text("Subject", subject),
                _date(facts.date),
                headers.ids("Message-ID", (self._id(facts.message_id),)),
                _own_mailbox("Reply-To", "", facts.reply_to or self.house.reply_to),
                self._thread(facts),
                _unsubscribe(facts),
                self.fixed_headers,
            )
        )

    def _thread(self, facts: Facts) -> bytes:
        if not facts.thread:
            return b""
        earlier = tuple(self._id(message) for message in facts.thread[-LONGEST_THREAD:])
        return headers.ids("In-Reply-To", earlier[-1:]) + headers.ids("References", earlier)

    def _id(self, message: str) -> str:
        return f"<{guard.token(message, what='the message id')}@{self.house.domain}>"

    def _content(self, facts: Facts, text: bytes, html: bytes) -> bytes:
        if not self.kind.is_calendar:
            return mime.alternative(text, html, unique=facts.message_id)
        if not facts.calendar or not facts.calendar_method:
            raise Unmailable(f"the {self.kind} mail has no calendar entry to go with it.")
        return mime.meeting(text, html, facts.calendar, method=facts.calendar_method, unique=facts.message_id)


def prepare(kind: MessageKind, wording: Wording, house: House, locale: str) -> Prepared:
    """Compile a mail, once per step and language; raises Unmailable if the wording cannot be filled."""
    guard.address(house.sender_address, what="the house's sender address")
    guard.address(f"id@{house.domain}", what="the domain of our message ids")
    try:
        return Prepared(
            kind=kind,
            house=house,
            fixed_headers=_fixed_headers(kind, house),
            with_plan=compiling.with_plan(kind, wording, house, locale),
            without_plan=compiling.without_plan(kind, wording, house, locale),
        )
    except ValueError as error:
        raise Unmailable(f"the wording of the {kind} mail cannot be used: {error}.") from error


def prepare_together(sections: Sequence[Section], house: House, locale: str) -> Prepared:
    """Compile one mail of several parts, whose first part leads; raises Unmailable likewise."""
    kind = sections[0].kind
    try:
        edition = compiling.together(sections, house, locale)
    except ValueError as error:
        raise Unmailable(f"the wording of a mail of several parts cannot be used: {error}.") from error
    return Prepared(
        kind=kind,
        house=house,
        fixed_headers=_fixed_headers(kind, house),
        with_plan=edition,
        without_plan=edition,
    )


def _fixed_headers(kind: MessageKind, house: House) -> bytes:
    label = kind.replace("_", "-")
    lines = [
        headers.machine("List-Id", f"<{label}.{house.slug}.coachfollow.{house.domain}>"),
        headers.machine("Feedback-ID", f"{label}:{house.slug}:coachfollow"),
        headers.machine("X-Auto-Response-Suppress", "DR, RN, NRN, AutoReply"),
    ]
    if not kind.is_calendar:  # a calendar program may pass over an invitation that calls itself automatic
        lines.append(headers.machine("Auto-Submitted", "auto-generated"))
    return b"".join(lines)


@lru_cache(maxsize=8)
def _date(moment: datetime) -> bytes:
    """A batch has one date."""
    if moment.tzinfo is None:
        raise Unmailable("the date of the mail has no zone; give an aware time.")
    return headers.machine("Date", format_datetime(moment))


@lru_cache(maxsize=256)
def _own_mailbox(name: str, display: str, address: str) -> bytes:
    """The house's own, its managers' and its coaches': few, each on many mails."""
    return headers.mailbox(name, display, address)


def _unsubscribe(facts: Facts) -> bytes:
    """RFC 8058: both headers or neither."""
    link = facts.links.get("unsubscribe")
    if not link:
        return b""
    return headers.machine("List-Unsubscribe", f"<{link}>") + headers.machine(
        "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
    )
