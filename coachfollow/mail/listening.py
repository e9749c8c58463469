"""Reads the mail server's replies within a time and a size: no server can make us wait or grow for ever."""

import math
import re
import socket
from dataclasses import dataclass

from coachfollow import clock

LONGEST_REPLY = 10_000  # octets of all its lines; RFC 5321 asks for 512 a line
LONGEST_TEXT = 500
_READ_AT_ONCE = 8192

_SHORT = re.compile(rb"([2-5][0-9][0-9]) ([^\n]{0,510})\n")
_CODE = re.compile(rb"[2-5][0-9][0-9](?:[ -]|$)")
_INVISIBLE = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_QUEUE_ID = re.compile(
    r"queued as <?([\w.-]+)|\bid=([\w.-]+)|^2\.0\.0 (\w{8,}) Message accepted", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the mail server said; the text is safe to log and to show."""

    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()

    @property
    def accepted(self) -> bool:
        """Whether the server has taken it on."""
        return self.code // 100 == 2  # noqa: PLR2004 - the first digit's meaning, RFC 5321 4.2.1

    @property
    def permanent(self) -> bool:
        """Whether asking again is of no use."""
        return self.code // 100 == 5  # noqa: PLR2004

    @property
    def queue_id(self) -> str:
        """The id under which the server's log knows the mail; empty if its words name none."""
        found = _QUEUE_ID.search(self.text)
        return next(filter(None, found.groups()), "") if found else ""


class Listener:
    """One socket's words and replies in order; `patience` is how many seconds one whole reply may take.

    Until `ends_at` on the stopwatch all of them must have come: many slow replies are as bad as an endless one.
    """

    def __init__(self, sock: socket.socket, *, patience: float, ends_at: float = math.inf) -> None:
        self.sock = sock
        self.patience = patience
        self.ends_at = ends_at
        self._ahead = b""

    @property
    def has_more(self) -> bool:
        """Whether the server has already said more than was asked for."""
        return bool(self._ahead)

    @property
    def is_over(self) -> bool:
        """Whether the time of the conversation is over."""
        return clock.stopwatch() >= self.ends_at

    def say(self, octets: bytes) -> None:
        """Send; a server that takes nothing from the wire may keep us no longer than one that is silent."""
        left = self.ends_at - clock.stopwatch()
        if left <= 0:
            raise self._late(self.ends_at)
        self.sock.settimeout(min(self.patience, left))
        self.sock.sendall(octets)

    def reply(self) -> Reply:
        """Read one reply; raises OSError if it is late, endless, cut off or not SMTP."""
        code, lines = self.lines()
        return Reply(code, readable(b" ".join(lines)))

    def lines(self) -> tuple[int, list[bytes]]:
        """Read one reply as its code and the words of its lines."""
        short = _SHORT.match(self._ahead)
        if short is not None:  # nearly every reply: one line, and all of it is here
            self._ahead = self._ahead[short.end() :]
            return int(short[1]), [short[2].strip()]
        deadline = min(clock.stopwatch() + self.patience, self.ends_at)
        lines: list[bytes] = []
        room = LONGEST_REPLY
        while True:
            line = self._line(deadline, room)
            room -= len(line)
            if not _CODE.match(line.rstrip()):
                raise OSError(f"the mail server answered {readable(line)[:80]!r}, which is not SMTP")
            lines.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), lines

    def _line(self, deadline: float, room: int) -> bytes:
        while (end := self._ahead.find(b"\n") + 1) == 0 and len(self._ahead) <= room:
            self._ahead += self._receive(deadline)
        if not 0 < end <= room:
            raise OSError(f"the mail server's reply is longer than {LONGEST_REPLY} octets")
        line, self._ahead = self._ahead[:end], self._ahead[end:]
        return line

    def _receive(self, deadline: float) -> bytes:
        """Wait no longer than the whole reply may take: a byte now and then is no reply."""
        left = deadline - clock.stopwatch()
        if left <= 0:
            raise self._late(deadline)
        self.sock.settimeout(left)
        try:
            received = self.sock.recv(_READ_AT_ONCE)
        except TimeoutError as error:
            raise self._late(deadline) from error
        finally:
            self.sock.settimeout(self.patience)
        if not received:
            raise ConnectionError("the mail server closed the connection")
        return received

    def _late(self, deadline: float) -> TimeoutError:
        if deadline == self.ends_at:
            return TimeoutError("the mail server was too slow for the time that it has for a batch")
        return TimeoutError(f"the mail server did not finish its reply within {self.patience:g} seconds")


def readable(words: bytes) -> str:
    """Return the server's words as one line of text, whatever octets it sent."""
    return _INVISIBLE.sub(" ", words.decode("utf-8", "replace")).strip()[:LONGEST_TEXT]
