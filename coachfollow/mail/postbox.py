"""The demo's mail server: takes every mail on loopback and files it; addresses that begin with `gone.` bounce.

Started as a process of its own, `python -m coachfollow.mail.postbox`, on a socket that is already listening: so it
may be restarted without anybody noticing, and two demos never fight about a port.
"""

import argparse
import asyncio
import signal
import socket
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from coachfollow.mail import mailbox

GONE = "gone."


class Postbox:
    """Files what is delivered; nobody lives at the addresses that begin with `gone.`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or refuse one for good."""
        del server, session, options
        if address.startswith(GONE):
            return f"550 5.1.1 <{address}>: nobody of that name lives here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """File a mail before saying that it was taken."""
        del server, session
        content = envelope.content
        name = mailbox.deliver(self._folder, content if isinstance(content, bytes) else b"")
        return f"250 2.0.0 OK: filed as {name}"


async def serve(listening: socket.socket, folder: Path) -> None:
    """Serve on a listening socket until told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    handler = Postbox(folder)
    server = await loop.create_server(lambda: SMTP(handler, enable_SMTPUTF8=True, loop=loop), sock=listening)
    async with server:
        await stop.wait()


def main() -> None:
    """Start the mail server."""
    parser = argparse.ArgumentParser(prog="python -m coachfollow.mail.postbox")
    parser.add_argument("--folder", type=Path, required=True, help="where mails are filed")
    parser.add_argument("--fd", type=int, required=True, help="the listening socket, inherited")
    given = parser.parse_args()
    asyncio.run(serve(socket.socket(fileno=given.fd), given.folder))


if __name__ == "__main__":
    main()
