"""A real mail server that keeps what it gets, and what somebody finds in such a mail."""

import email
import email.policy
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import parse_qsl, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from icalendar import Calendar, Event

from coachfollow.rules.kinds import MessageKind
from tests import processes
from tests.ports import free_port

_LINK = re.compile(r"https?://[^\s<>\"')\]]+")


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as it arrived."""

    raw: bytes
    mail: EmailMessage

    @property
    def recipient(self) -> str:
        """Whom it is for."""
        return parseaddr(self.mail["To"])[1]

    @property
    def kind(self) -> MessageKind:
        """What it is for, as its Feedback-ID says."""
        return MessageKind(str(self.mail["Feedback-ID"]).partition(":")[0].replace("-", "_"))

    @property
    def text(self) -> str:
        """Its text, in one line; the same is told in HTML."""
        return " ".join(self._part("plain").split())

    @property
    def html(self) -> str:
        """Its HTML."""
        return self._part("html")

    @property
    def everything(self) -> str:
        """Every part of it as its reader sees it, and its headers."""
        parts = [part.get_content() for part in self.mail.walk() if part.get_content_maintype() == "text"]
        return "\n".join([*map(str, self.mail.values()), *parts])

    def link(self, door: str, *, about: str = "", **query: str) -> str:
        """Give its link behind this door, like `a` for an answer, that says just this; below who it is about."""
        for one in _LINK.findall(self._part("plain").partition(about)[2] if about else self._part("plain")):
            address = urlsplit(one)
            if address.path.startswith(f"/{door}/") and dict(parse_qsl(address.query)) == query:
                return str(one)
        raise AssertionError(f"there is no link /{door}/ with {query} in “{self.mail['Subject']}”")

    def calendar_entry(self) -> tuple[str, Event]:
        """Give the method and the one event it carries, read by a library that is not ours."""
        part = next(part for part in self.mail.walk() if part.get_content_type() == "text/calendar")
        [attached] = [one.get_content() for one in self.mail.iter_attachments()]
        calendar = Calendar.from_ical(part.get_content())
        [event] = calendar.events
        assert calendar.errors == event.errors == []
        assert part.get_param("method") == calendar["METHOD"]
        assert attached == part.get_payload(decode=True)  # some programs look at the one, some at the other
        return str(calendar["METHOD"]), event

    def _part(self, subtype: str) -> str:
        body = self.mail.get_body((subtype,))
        assert body is not None, f"there is no {subtype} in “{self.mail['Subject']}”"
        return str(body.get_content())


class PostOffice:
    """Takes every mail and keeps it."""

    def __init__(self) -> None:
        self._kept: list[Letter] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail before saying so."""
        raw = envelope.original_content
        assert raw is not None
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        self._kept.append(Letter(raw, mail))
        return "250 2.0.0 OK: kept"

    def letters(self, *, to: str | None = None, kind: MessageKind | None = None) -> Sequence[Letter]:
        """Give what has arrived so far, in that order."""
        return [
            one
            for one in tuple(self._kept)
            if to in {None, one.recipient} and (kind is None or one.kind is kind)
        ]

    def recipients(self, kind: MessageKind) -> list[str]:
        """Say who got mails of a kind, once for each."""
        return sorted(one.recipient for one in self.letters(kind=kind))

    def awaited(self, *, to: str, kind: MessageKind, number: int = 1) -> Letter:
        """Wait until somebody has so many mails of a kind, and give the last of them."""
        processes.until(lambda: len(self.letters(to=to, kind=kind)) >= number)
        return self.letters(to=to, kind=kind)[-1]

    def invitation(self, *, to: str, about: str) -> tuple[str, Event]:
        """Give the calendar entry by which somebody was invited to the meeting of whoever has this name."""
        entries = [letter.calendar_entry() for letter in self.letters(to=to, kind=MessageKind.INVITATION)]
        [found] = [(method, event) for method, event in entries if about in str(event["SUMMARY"])]
        return found


@contextmanager
def post_office() -> Iterator[tuple[PostOffice, int]]:
    """Open a post office on a thread; gives it and its port."""
    office = PostOffice()
    server = Controller(office, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        yield office, server.port
    finally:
        server.stop()
