"""Files mails in a folder, one .eml each, and shows them again: the mailbox page of the demo."""

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from itertools import islice
from pathlib import Path

from coachfollow import clock
from coachfollow.errors import NotFound

SUFFIX = ".eml"

_ID = re.compile(r"\d{8}-\d{12}-[0-9a-f]{8}")
_LINK = re.compile(r"https?://[^\s<>\"')\]]+")
_PARSER = BytesParser(policy=policy.default)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxLetter:
    """One line of the mailbox; `arrived_at` is what the mail's Date says, in the demo's own time."""

    id: str
    arrived_at: datetime
    sender: str
    recipient: str
    subject: str
    has_calendar: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLetter:
    """One mail in full; texts are empty where it has no such part."""

    letter: MailboxLetter
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    calendar: str
    source: str
    links: tuple[str, ...]


def deliver(folder: Path, raw: bytes) -> str:
    """File a mail under a name that sorts by arrival; it appears whole or not at all. Gives its id."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{clock.now():%Y%m%d-%H%M%S%f}-{secrets.token_hex(4)}"
    unfinished = folder / f".{name}"
    unfinished.write_bytes(raw)
    unfinished.rename(folder / (name + SUFFIX))
    return name


def letters(
    folder: Path, *, recipient: str | None = None, limit: int, offset: int = 0
) -> Sequence[MailboxLetter]:
    """Give so many mails, newest first, after passing over some; of one recipient if an address is given."""
    wanted = (
        found for found in _newest_first(folder) if recipient is None or found.recipient == recipient.lower()
    )
    return tuple(islice(wanted, offset, offset + limit))


def letter(folder: Path, letter_id: str) -> OpenedLetter:
    """Open one mail; raises NotFound."""
    path = folder / (letter_id + SUFFIX)
    if not _ID.fullmatch(letter_id) or not path.is_file():
        raise NotFound("There is no such mail in this mailbox.")
    raw = path.read_bytes()
    mail = _PARSER.parsebytes(raw)
    text = _part(mail, "plain")
    return OpenedLetter(
        letter=_line(letter_id, mail, raw),
        headers=tuple((name, str(value)) for name, value in mail.items()),
        text=text,
        html=_part(mail, "html"),
        calendar=_calendar(mail),
        source=raw.decode("utf-8", "replace"),
        links=tuple(dict.fromkeys(_LINK.findall(text))),
    )


def _newest_first(folder: Path) -> Iterator[MailboxLetter]:
    for path in sorted(folder.glob("*" + SUFFIX), reverse=True):
        raw = path.read_bytes()
        yield _line(path.stem, _PARSER.parsebytes(raw, headersonly=True), raw)


def _line(letter_id: str, mail: EmailMessage, raw: bytes) -> MailboxLetter:
    return MailboxLetter(
        id=letter_id,
        arrived_at=_date(mail) or _filed_at(letter_id),
        sender=str(mail["From"] or ""),
        recipient=parseaddr(str(mail["To"] or ""))[1].lower(),
        subject=str(mail["Subject"] or ""),
        has_calendar=b"text/calendar" in raw,
    )


def _date(mail: EmailMessage) -> datetime | None:
    header = mail["Date"]
    moment: datetime | None = header.datetime if header is not None else None
    return moment.astimezone(UTC) if moment is not None else None


def _filed_at(letter_id: str) -> datetime:
    return datetime.strptime(letter_id[:21], "%Y%m%d-%H%M%S%f").replace(tzinfo=UTC)


def _part(mail: EmailMessage, subtype: str) -> str:
    body = mail.get_body(preferencelist=(subtype,))
    return str(body.get_content()) if body is not None else ""


def _calendar(mail: EmailMessage) -> str:
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            return str(part.get_content())
    return ""
