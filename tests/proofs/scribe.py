"""A mail server that takes everything and writes it down, and can be asked whether it has heard everything."""

import asyncio
import json
import os
import re
import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import cast

GREETING = b"220 scribe ESMTP\r\n"
HELLO = b"250-scribe\r\n250 PIPELINING\r\n"
MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^@>]+)@", re.IGNORECASE | re.MULTILINE)


class Conversation(asyncio.Protocol):
    """One client: whatever is complete is answered at once and in one write, so that no two runs differ by it."""

    def __init__(self, log: int) -> None:
        self._log = log
        self._heard = b""
        self._is_in_text = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = cast("asyncio.WriteTransport", transport)
        self._transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        """Answer."""
        self._heard += data
        answers = bytearray()
        while (answer := self._next()) is not None:
            answers += answer
        self._transport.write(bytes(answers))

    def _next(self) -> bytes | None:
        said, found, rest = self._heard.partition(b"\r\n.\r\n" if self._is_in_text else b"\r\n")
        if not found:
            return None
        self._heard = rest
        if self._is_in_text:
            self._is_in_text = False
            self._write_down(said)
            return b"250 2.0.0 Ok: queued as 1\r\n"
        return self._answer(said[:4].upper())

    def _answer(self, verb: bytes) -> bytes:
        match verb:
            case b"EHLO":
                return HELLO
            case b"DATA":
                self._is_in_text = True
                return b"354 go ahead\r\n"
            case b"QUIT":
                return b"221 bye\r\n"
            case _:
                return b"250 ok\r\n"

    def _write_down(self, body: bytes) -> None:
        """Take a mail, before it is answered."""
        found = MESSAGE_ID.search(body)
        line = {"message": found[1].decode() if found else "", "accepted": True, "answer": "250"}
        os.write(self._log, json.dumps(line).encode() + b"\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scribe:
    """How to reach it."""

    port: int
    log: Path

    def catch_up(self) -> None:
        """Wait until it has written down what was said so far; asked twice, for one question may overtake others."""
        with smtplib.SMTP("127.0.0.1", self.port) as line:
            line.noop()
            line.noop()

    def forget(self) -> None:
        """Begin a new page; nobody may be writing."""
        self.log.write_bytes(b"")


@contextmanager
def listening(log: Path) -> Iterator[Scribe]:
    """Run it in a process of its own."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as ear:
        port: int = ear.getsockname()[1]
        process = get_context("fork").Process(target=_run, args=(ear, log), daemon=True)
        process.start()
    try:
        yield Scribe(port=port, log=log)
    finally:
        process.kill()
        process.join()


def _run(ear: socket.socket, log: Path) -> None:
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: Conversation(file), sock=ear)
        async with server:
            await server.serve_forever()

    asyncio.run(serve())
