"""Opens a mail's bytes again, as a mail program does: its subject, its text and its HTML."""

from dataclasses import dataclass
from email import policy
from email.parser import BytesParser

_PARSER = BytesParser(policy=policy.default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What somebody sees of a mail."""

    sender: str
    recipient: str
    subject: str
    text: str
    html: str


def read(raw: bytes) -> Opened:
    """Open a mail of ours: it has a text and an HTML part."""
    mail = _PARSER.parsebytes(raw)
    bodies = {kind: mail.get_body(preferencelist=(kind,)) for kind in ("plain", "html")}
    said = {kind: str(body.get_content()) if body is not None else "" for kind, body in bodies.items()}
    return Opened(
        sender=str(mail["From"]),
        recipient=str(mail["To"]),
        subject=str(mail["Subject"]),
        text=said["plain"],
        html=said["html"],
    )
