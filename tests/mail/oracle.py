"""The same mail the slow way: the values put into plain strings, and the standard library's EmailMessage."""

import html
import quopri
import re
from collections.abc import Callable, Mapping
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.policy import compat32, default
from email.utils import format_datetime, parseaddr
from html.parser import HTMLParser

from coachfollow.mail.blanks import Part
from coachfollow.mail.policy import POLICY
from coachfollow.mail.prepared import Facts, Prepared

_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def message(prepared: Prepared, facts: Facts) -> EmailMessage:
    """Build the mail and read it back, as a mail program would."""
    house, values = prepared.house, facts.by_blank()
    edition = prepared.with_plan if facts.values["commitment"] else prepared.without_plan
    built = EmailMessage(policy=POLICY)
    built["From"] = Address(
        facts.from_name or house.sender_name, addr_spec=facts.from_address or house.sender_address
    )
    built["To"] = Address(facts.to_name.strip(), addr_spec=facts.to_address)
    built["Subject"] = "see subject()"  # a value that looks encoded makes the library write another header
    built["Date"] = format_datetime(facts.date)
    built["Message-ID"] = f"<{facts.message_id}@{house.domain}>"
    built["Reply-To"] = facts.reply_to or house.reply_to
    if facts.thread:
        ids = [f"<{earlier}@{house.domain}>" for earlier in facts.thread[-10:]]
        built["In-Reply-To"], built["References"] = ids[-1], " ".join(ids)
    if "unsubscribe" in facts.links:
        built["List-Unsubscribe"] = f"<{facts.links['unsubscribe']}>"
        built["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    label = prepared.kind.replace("_", "-")
    built["List-Id"] = f"<{label}.{house.slug}.coachfollow.{house.domain}>"
    built["Feedback-ID"] = f"{label}:{house.slug}:coachfollow"
    built["X-Auto-Response-Suppress"] = "DR, RN, NRN, AutoReply"
    if not prepared.kind.is_calendar:
        built["Auto-Submitted"] = "auto-generated"
    built.set_content(_filled(edition.text, values, str), cte="quoted-printable")
    built.add_alternative(_filled(edition.html, values, _escaped), subtype="html", cte="quoted-printable")
    if facts.calendar is not None:
        _add_calendar(built, facts.calendar, str(facts.calendar_method))
    return read(built.as_bytes())


def subject(prepared: Prepared, facts: Facts) -> str:
    """Return the subject as people read it."""
    edition = prepared.with_plan if facts.values["commitment"] else prepared.without_plan
    pieces = [facts.values[piece] if place % 2 else piece for place, piece in enumerate(edition.subject)]
    return " ".join("".join(pieces).split())


def _add_calendar(built: EmailMessage, calendar: bytes, method: str) -> None:
    """The shape that Outlook, Gmail and Apple understand."""
    built.add_alternative(calendar.decode(), subtype="calendar", params={"method": method}, cte="base64")
    built.add_attachment(
        calendar, maintype="application", subtype="ics", filename="invite.ics", params={"name": "invite.ics"}
    )


def _filled(part: Part, values: Mapping[str, str], write: Callable[[str], str]) -> str:
    fixed = [quopri.decodestring(piece).decode() for piece in part.pieces[::2]]
    own = [
        readable(values[name]) if name == "listing_html" else write(readable(values[name]))
        for name in part.blanks
    ]
    return "".join(piece + value for piece, value in zip(fixed, [*own, ""], strict=True)).replace(
        "\r\n", "\n"
    )


def _escaped(value: str) -> str:
    return html.escape(value).replace("\n", "<br>")


def readable(value: str) -> str:
    """Return what a reader sees of a value: line ends of one kind, no control characters."""
    return _CONTROL.sub("", _LINE_ENDS.sub("\n", value))


def read(raw: bytes) -> EmailMessage:
    """Read a message with today's rules."""
    return message_from_bytes(raw, policy=default)


def shape(part: MIMEPart) -> object:
    """The tree of content types, with the parameters clients look at, and what each part says."""
    kind = part.get_content_type()
    parameters = [part.get_param(name) for name in ("charset", "method", "name")]
    if part.is_multipart():
        return kind, parameters, [shape(child) for child in part.iter_parts()]
    content = part.get_content()
    return kind, parameters, part.get_filename(), events(content) if kind == "text/html" else content


def mailbox(raw: bytes, header: str) -> tuple[str, str]:
    """Read name and address as RFC 2047 says; the library's newer reader of this Python leaves gaps."""
    name, address = parseaddr(str(message_from_bytes(raw, policy=compat32)[header]))
    return str(make_header(decode_header(name))), address


class _Events(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, *attrs))

    def handle_endtag(self, tag: str) -> None:
        self.seen.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.seen.append(data)


def events(source: str) -> list[object]:
    """Return an HTML document as its tags, attributes and texts, whatever way they were escaped."""
    parser = _Events()
    parser.feed(source)
    parser.close()
    return parser.seen
