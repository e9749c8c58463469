"""A mail server that others wrote, which keeps what arrives and lets a test look on between the commands."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.mail.servers import Answer, ScriptedServer
from tests.ports import free_port

OK = "250 OK"

Look = Callable[[str], str]
"""What happens at a moment, given a recipient; what it returns is what the server says."""


def yes(recipient: str) -> str:
    """Nothing out of the ordinary."""
    del recipient
    return OK


@dataclass(frozen=True, slots=True)
class Arrived:
    """One mail that the server has taken."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, taken apart."""
        return message_from_bytes(self.raw, policy=policy.default)


@dataclass(slots=True)
class PostOffice:
    """What arrived; `at_envelope` looks on when a recipient is named, `at_dot` when a mail has come to its end."""

    port: int
    arrived: list[Arrived] = field(default_factory=list)
    at_envelope: Look = yes
    at_dot: Look = yes

    def reset(self) -> None:
        """Forget what arrived and what was agreed."""
        self.arrived.clear()
        self.at_envelope = self.at_dot = yes

    @property
    def recipients(self) -> list[str]:
        """Who received mails, in the order in which they came."""
        return [mail.recipient for mail in self.arrived]

    def to(self, recipient: str) -> list[EmailMessage]:
        """The mails that somebody received."""
        return [mail.message for mail in self.arrived if mail.recipient == recipient]

    async def handle_EHLO(  # noqa: N802 - the library's name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Say that several commands may come at once."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient, or do not."""
        said = self.at_envelope(address)
        if said.startswith("2"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, or do not."""
        (recipient,) = envelope.rcpt_tos
        said = self.at_dot(recipient)
        if said.startswith("2"):
            raw = envelope.original_content
            self.arrived.append(
                Arrived(envelope.mail_from or "", recipient, raw if isinstance(raw, bytes) else b"")
            )
        return said


@contextmanager
def opened() -> Iterator[PostOffice]:
    """Run the server."""
    office = PostOffice(free_port())
    controller = Controller(office, hostname="127.0.0.1", port=office.port)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


def watch(server: ScriptedServer, look: Callable[[str], None]) -> None:
    """Look on at each verb before a scripted server answers it; DOT is the end of a mail."""
    answer = server.answer

    def looking(verb: str, usual: bytes) -> Answer:
        look(verb)
        return answer(verb, usual)

    server.answer = looking  # type: ignore[method-assign]  # the server asks its own attribute
