"""A mail server that accepts everything and keeps nothing but counts: what sending is measured against.

It speaks as little SMTP as it can, on one asyncio loop in its own process, and offers PIPELINING. Run it as
`python -m benchmarks.sink PORT`; it prints nothing and answers `NOOP` with how many mails it has taken.
"""

import asyncio
import sys
from typing import cast

GREETING = b"220 sink ESMTP\r\n"
HELLO = b"250-sink\r\n250-8BITMIME\r\n250 PIPELINING\r\n"
TAKEN = {"mails": 0}


class Conversation(asyncio.Protocol):
    """One client: commands line by line, the body up to its dot."""

    def __init__(self) -> None:
        self.buffer = b""
        self.in_body = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self.write = cast("asyncio.WriteTransport", transport).write
        self.write(GREETING)

    def data_received(self, data: bytes) -> None:
        """Answer whatever is complete, with one write."""
        self.buffer += data
        answers = bytearray()
        while (answer := self._next()) is not None:
            answers += answer
        if answers:
            self.write(bytes(answers))

    def _next(self) -> bytes | None:
        if self.in_body:
            end = self.buffer.find(b"\r\n.\r\n")
            if end < 0:
                return None
            self.buffer, self.in_body = self.buffer[end + 5 :], False
            TAKEN["mails"] += 1
            return b"250 2.0.0 Ok: queued as S%d\r\n" % TAKEN["mails"]
        line, newline, rest = self.buffer.partition(b"\n")
        if not newline:
            return None
        self.buffer = rest
        return self._answer(line[:4].upper())

    def _answer(self, verb: bytes) -> bytes:
        match verb:
            case b"EHLO":
                return HELLO
            case b"DATA":
                self.in_body = True
                return b"354 go ahead\r\n"
            case b"NOOP":
                return b"250 %d\r\n" % TAKEN["mails"]
            case b"QUIT":
                return b"221 bye\r\n"
            case _:
                return b"250 ok\r\n"


async def serve(port: int) -> None:
    """Listen on loopback until killed."""
    server = await asyncio.get_running_loop().create_server(Conversation, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
