"""The same against a mail server that others wrote."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from coachfollow.mail.smtp import Envelope as Next
from coachfollow.mail.smtp import Refused, Relay, connect
from tests.ports import free_port

MAIL = b"Subject: dots\r\n\r\n.\r\n..\r\nend.\r\n"


class Mailbox:
    """Keeps what arrives, and says that it takes several commands at once if it was told to."""

    def __init__(self, *extensions: str) -> None:
        self.extensions = extensions
        self.arrived: list[tuple[str | None, list[str], bytes | str | None]] = []

    async def handle_EHLO(  # noqa: N802 - the library's name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], *(f"250-{name}" for name in self.extensions), responses[-1]]

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.arrived.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        return f"250 2.0.0 OK: queued as A{len(self.arrived)}"


@contextmanager
def running(mailbox: Mailbox) -> Iterator[Relay]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield Relay(host="127.0.0.1", port=controller.port, tls="none", helo="client.example")
    finally:
        controller.stop()


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["one by one", "pipelining"])
def test_a_batch_over_one_connection_arrives_unchanged_but_for_the_unknown(
    extensions: tuple[str, ...],
) -> None:
    mailbox = Mailbox(*extensions)
    people = [f"{'nobody' if n == 3 else 'person'}{n}@example.org" for n in range(8)]
    refused = []
    with running(mailbox) as relay:
        post = connect(relay)
        for person, following in zip(people, [*people[1:], None], strict=True):
            try:
                post.offer("b+1@example.org", person, MAIL)
            except Refused as error:
                refused.append((person, error.code))
                continue
            post.hand_over(Next("b+1@example.org", following) if following else None)
            assert post.reply().accepted
        post.close()
    assert refused == [("nobody3@example.org", 550)]
    assert mailbox.arrived == [
        ("b+1@example.org", [person], MAIL) for person in people if person.startswith("person")
    ]


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["one by one", "pipelining"])
def test_a_withdrawn_mail_does_not_arrive(extensions: tuple[str, ...]) -> None:
    mailbox = Mailbox(*extensions)
    with running(mailbox) as relay:
        post = connect(relay)
        post.offer("b+1@example.org", "anna@example.org", MAIL)
        post.withdraw()
        again = connect(relay)
        again.offer("b+1@example.org", "ben@example.org", MAIL)
        again.hand_over()
        assert again.reply().queue_id == "A1"
        again.close()
    assert [recipients for _, recipients, _ in mailbox.arrived] == [["ben@example.org"]]
