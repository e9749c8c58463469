"""What crosses the wire to a mail server, and what can go wrong there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from coachfollow.mail import guard
from coachfollow.mail.listening import Reply
from coachfollow.rules import refusals

DOT = b".\r\n"
GO_AHEAD = 3  # the first digit of 354, the welcome answer to DATA
VERBS = (("MAIL", 2), ("RCPT", 2), ("DATA", GO_AHEAD))  # each with the first digit of its welcome answer

_ANY_NEWLINE = re.compile(rb"\r\n|\r|\n")


class Refused(Exception):
    """The server said no to a command, before anything was handed over; `verb` names it."""

    def __init__(self, code: int, text: str, *, verb: str) -> None:
        super().__init__(refusals.worded(verb=verb, code=code, text=text))
        self.code = code
        self.text = text
        self.verb = verb

    @property
    def permanent(self) -> bool:
        """Whether asking again is of no use."""
        return Reply(self.code, self.text).permanent


class Broken(Exception):
    """The connection is gone; only if `after_dot`, the server may have taken the mail all the same."""

    def __init__(self, text: str, *, after_dot: bool) -> None:
        super().__init__(text)
        self.text = text
        self.after_dot = after_dot


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom (empty for the null return path) and to whom the mail server carries a mail."""

    sender: str
    recipient: str

    def commands(self) -> tuple[bytes, bytes, bytes]:
        """Return MAIL, RCPT and DATA; an address that could hide a command raises Unmailable."""
        return _commands(self.sender, self.recipient)


@lru_cache(maxsize=8)
def _commands(sender: str, recipient: str) -> tuple[bytes, bytes, bytes]:
    """Asked for twice a mail: when it is announced with the dot before it, and when it is offered."""
    sender = guard.envelope_address(sender, what="the envelope sender")
    recipient = guard.address(recipient, what="the recipient's address")
    return f"MAIL FROM:<{sender}>\r\n".encode(), f"RCPT TO:<{recipient}>\r\n".encode(), b"DATA\r\n"


def normalise(raw: bytes) -> bytes:
    """Return the mail as it crosses the wire: CRLF alone, dots doubled, ending in CRLF, without the dot."""
    if not raw.isascii():
        raise guard.Unmailable("the mail holds octets outside ASCII, which not every mail server carries.")
    ends = raw.count(b"\r\n")
    lines = raw if ends == raw.count(b"\n") == raw.count(b"\r") else _ANY_NEWLINE.sub(b"\r\n", raw)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    stuffed = lines.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def refusal(replies: Sequence[Reply]) -> Refused | None:
    """Return the first answer to MAIL, RCPT, DATA that was not welcome."""
    for (verb, digit), reply in zip(VERBS, replies, strict=False):
        if reply.code // 100 != digit:
            return Refused(reply.code, reply.text, verb=verb)
    return None
