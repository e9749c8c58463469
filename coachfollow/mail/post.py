"""Hands mails to the mail server in three calls, so that the caller can commit between them.

`offer` brings a mail up to its final dot: without the dot the server must drop it. `hand_over` writes the
dot, and with it, if the server allows (RFC 2920), the next envelope in the same packet. `reply` reads whether
the server took it.
"""

import math
from enum import Enum, auto

from coachfollow.mail import guard
from coachfollow.mail.listening import Listener, Reply
from coachfollow.mail.session import Session
from coachfollow.mail.wire import DOT, GO_AHEAD, VERBS, Broken, Envelope, normalise, refusal

CLOSING = 421  # the server is about to hang up
QUIT_PATIENCE = 2.0


class _Stage(Enum):
    IDLE = auto()
    OFFERED = auto()
    HANDED_OVER = auto()
    CLOSED = auto()


class Post:
    """One connection to the mail server; it carries one mail to one recipient at a time."""

    def __init__(self, session: Session, *, patience: float) -> None:
        self._session = session
        self._listener: Listener = session.listener
        self._listener.patience = patience
        self._ends_at = self._listener.ends_at
        self._stage = _Stage.IDLE
        self._announced: Envelope | None = None
        self.pipelining = session.has_extn("pipelining")

    @property
    def is_open(self) -> bool:
        """Whether another mail can be offered on this connection."""
        return self._stage is not _Stage.CLOSED

    def offer(self, sender: str, recipient: str, raw: bytes) -> None:
        """Bring a mail up to its final dot; raises Refused, Broken or Unmailable.

        After Refused the connection serves the next mail, unless `is_open` says otherwise.
        """
        envelope = Envelope(sender, recipient)
        commands, body = envelope.commands(), normalise(raw)
        if not self.is_open:
            raise Broken("The connection to the mail server is closed.", after_dot=False)
        self._must_be(_Stage.IDLE)
        self._listener.ends_at = self._ends_at
        try:
            self._introduce(envelope, commands)
            self._send(body)
        except OSError as error:
            raise self._broken(error, after_dot=False) from error
        self._stage = _Stage.OFFERED

    def hand_over(self, next: Envelope | None = None) -> None:  # noqa: A002 - reads as it is meant
        """Write the dot, and with it the next envelope, which `offer` must then be given; raises Broken."""
        self._must_be(_Stage.OFFERED)
        if self._listener.has_more:  # it would be taken for the answer to our dot
            raise self._broken("the mail server spoke out of turn", after_dot=False)
        if self._listener.is_over:
            raise self._broken("the time for these mails is over", after_dot=False)
        self._listener.ends_at = (
            math.inf
        )  # the answer to the dot is awaited: giving it up early makes duplicates
        following = _announcement(next) if self.pipelining else b""
        self._announced = next if following else None
        self._stage = _Stage.HANDED_OVER
        try:
            self._send(DOT + following)
        except OSError as error:
            raise self._broken(error, after_dot=True) from error

    def reply(self) -> Reply:
        """Read what became of the mail handed over; raises Broken if that cannot be known."""
        self._must_be(_Stage.HANDED_OVER)
        try:
            reply = self._listener.reply()
        except OSError as error:
            raise self._broken(error, after_dot=True) from error
        if reply.code // 100 == GO_AHEAD:
            raise self._broken(f"the end of a mail was answered with {reply.code}", after_dot=True)
        self._stage = _Stage.IDLE
        if reply.code == CLOSING:
            self.withdraw()
        return reply

    def withdraw(self) -> None:
        """Close the connection at once; a mail that was offered and not handed over is not delivered."""
        self._stage = _Stage.CLOSED
        self._announced = None
        self._session.close()

    def close(self) -> None:
        """Say goodbye where that is safe; what the server answers to it changes nothing."""
        if self._stage is _Stage.IDLE and self._announced is None:
            try:
                self._listener.patience = QUIT_PATIENCE
                self._send(b"QUIT\r\n")
                self._listener.reply()
            except OSError:
                pass  # every mail has its answer already; an error here must not cast doubt on it
        self.withdraw()

    def _introduce(self, envelope: Envelope, commands: tuple[bytes, ...]) -> None:
        """Get the server's go-ahead for the text, or raise Refused with the connection ready for the next."""
        announced, self._announced = self._announced, None
        if announced not in {None, envelope}:
            raise OSError("another mail was announced on it")
        if not self.pipelining:
            replies = self._one_by_one(commands)
        else:
            if announced is None:
                self._send(b"".join(commands))
            replies = self._all_at_once()
        refused = refusal(replies)
        if refused:
            self._recover(replies)
            raise refused

    def _one_by_one(self, commands: tuple[bytes, ...]) -> list[Reply]:
        replies: list[Reply] = []
        for command in commands:
            self._send(command)
            replies.append(self._listener.reply())
            if refusal(replies):
                break
        return replies

    def _all_at_once(self) -> list[Reply]:
        """Read the three replies; a refusal stands even if the server hangs up right after it."""
        replies: list[Reply] = []
        try:
            while len(replies) < len(VERBS) and CLOSING not in {reply.code for reply in replies}:
                replies.append(self._listener.reply())
        except OSError:
            if not refusal(replies):
                raise
            self.withdraw()
        return replies

    def _recover(self, replies: list[Reply]) -> None:
        """Bring the server back to where a new mail can begin, or close; nothing may be delivered by it."""
        waits_for_text = len(replies) == len(VERBS) and replies[-1].code // 100 == GO_AHEAD
        if CLOSING in {reply.code for reply in replies} or (waits_for_text and replies[1].accepted):
            self.withdraw()  # in the second case a dot would deliver an empty mail
        if not self.is_open:
            return
        try:
            if waits_for_text:  # RFC 2920 3.1: no recipient, and yet 354; the lone dot is refused in its turn
                self._send(DOT)
                self._listener.reply()
            self._send(b"RSET\r\n")
            ready = self._listener.reply().accepted
        except OSError:
            ready = False  # the refusal is known and stands; the caller sees that the connection is closed
        if not ready:
            self.withdraw()

    def _send(self, octets: bytes) -> None:
        self._listener.say(octets)

    def _must_be(self, stage: _Stage) -> None:
        if self._stage is not stage:
            raise RuntimeError(f"Out of order: the connection is {self._stage.name}, not {stage.name}.")

    def _broken(self, why: object, *, after_dot: bool) -> Broken:
        self.withdraw()
        return Broken(f"The connection to the mail server broke: {why}.", after_dot=after_dot)


def _announcement(envelope: Envelope | None) -> bytes:
    """Return the commands for the next mail; an address that cannot be used is refused when it is offered."""
    if envelope is None:
        return b""
    try:
        return b"".join(envelope.commands())
    except guard.Unmailable:
        return b""
