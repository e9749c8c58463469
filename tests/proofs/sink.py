"""A mail server that does what a fault plan says, and writes down every mail before it answers."""

import asyncio
import json
import os
import random
import re
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.proofs.faults import Fault

GREETING = "220 sink ESMTP"
HELLO = "250-sink\r\n250 PIPELINING"
LARGEST = 2**20
MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^@>]+)@", re.IGNORECASE | re.MULTILINE)
ADDRESS = re.compile(r"<([^>]*)>")

Plan = Callable[[str, int], Fault]
"""What happens to a recipient's mail at an attempt, counted from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds: how long a mail takes at most, how late a late answer is, when a silent client is dropped."""

    per_mail: float = 0.0
    late: float = 3.0
    silent: float = 3.0


@dataclass(slots=True, kw_only=True)
class Sink:
    """What all conversations share."""

    log: int
    plan: Plan
    pace: Pace
    attempts: Counter[str] = field(default_factory=Counter)

    def write_down(self, *, message_id: str, recipient: str, accepted: bool, answer: str) -> None:
        """Append a line, in one write, before anything is answered."""
        line = {"at": time.monotonic(), "message": message_id, "recipient": recipient}
        line |= {"accepted": accepted, "answer": answer}
        os.write(self.log, json.dumps(line).encode() + b"\n")


class HungUp(Exception):
    """One of the two has ended the conversation."""


class Conversation:
    """One client, from the greeting to the end."""

    def __init__(self, sink: Sink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._sink = sink
        self._reader = reader
        self._writer = writer
        self._recipient: str | None = None
        self._fault = Fault.NONE

    async def hold(self) -> None:
        """Talk until somebody hangs up."""
        with suppress(HungUp, OSError, asyncio.IncompleteReadError, TimeoutError):
            await self._say(GREETING)
            while line := await self._heard(b"\n"):
                await self._answer(line.decode("ascii", "replace").strip())
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _answer(self, line: str) -> None:
        match line[:4].upper():
            case "EHLO":
                await self._say(HELLO)
            case "RCPT":
                await self._recipient_named(line)
            case "DATA" if self._recipient is None:
                await self._say("503 5.5.1 for whom?")
            case "DATA":
                await self._say("354 go ahead")
                await self._take(await self._heard(b"\r\n.\r\n"))
            case "QUIT":
                await self._say("221 bye")
                raise HungUp
            case _:
                await self._say("250 ok")

    async def _recipient_named(self, line: str) -> None:
        found = ADDRESS.search(line)
        recipient = found[1] if found else ""
        self._sink.attempts[recipient] += 1
        self._fault = self._sink.plan(recipient, self._sink.attempts[recipient])
        self._recipient = None
        match self._fault:
            case Fault.CLOSING:
                await self._say("421 4.3.2 closing")
                raise HungUp
            case Fault.BUSY:
                await self._say("450 4.2.1 not now")
            case Fault.NOBODY:
                self._note("", recipient, accepted=False, answer="550")
                await self._say("550 5.1.1 nobody of that name")
            case _:
                self._recipient = recipient
                await self._say("250 ok")

    async def _take(self, body: bytes) -> None:
        found = MESSAGE_ID.search(body)
        message_id = found[1].decode() if found else ""
        recipient, self._recipient = self._recipient or "", None
        await self._rest(self._sink.pace.per_mail)
        match self._fault:
            case Fault.FULL:
                self._note(message_id, recipient, accepted=False, answer="452")
                await self._say("452 4.3.1 full")
            case Fault.DROPPED:
                self._note(message_id, recipient, accepted=False, answer="dropped")
                raise HungUp
            case Fault.LOST:
                self._note(message_id, recipient, accepted=True, answer="lost")
                raise HungUp
            case Fault.LATE:
                self._note(message_id, recipient, accepted=True, answer="late")
                await asyncio.sleep(self._sink.pace.late)
                await self._say(f"250 2.0.0 Ok: queued as {message_id[:8]}")
            case _:
                self._note(message_id, recipient, accepted=True, answer="250")
                await self._rest(self._sink.pace.per_mail * (10 if self._fault is Fault.SLOW else 1))
                await self._say(f"250 2.0.0 Ok: queued as {message_id[:8]}")

    def _note(self, message_id: str, recipient: str, *, accepted: bool, answer: str) -> None:
        self._sink.write_down(message_id=message_id, recipient=recipient, accepted=accepted, answer=answer)

    async def _rest(self, most: float) -> None:
        if most:
            await asyncio.sleep(random.random() * most / 2)

    async def _heard(self, end: bytes) -> bytes:
        async with asyncio.timeout(self._sink.pace.silent):
            return await self._reader.readuntil(end)

    async def _say(self, words: str) -> None:
        self._writer.write(words.encode() + b"\r\n")
        await self._writer.drain()


async def serve(listening: socket.socket, sink: Sink) -> None:
    """Serve on a listening socket until killed."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Conversation(sink, reader, writer).hold()

    server = await asyncio.start_server(converse, sock=listening, limit=LARGEST)
    async with server:
        await server.serve_forever()


@contextmanager
def opened(log: Path, *, plan: Plan, pace: Pace) -> Iterator[int]:
    """Run a sink in a process of its own; gives its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
        port: int = listening.getsockname()[1]
        process = get_context("fork").Process(target=_run, args=(listening, log, plan, pace), daemon=True)
        process.start()
    try:
        yield port
    finally:
        process.kill()
        process.join()


def _run(listening: socket.socket, log: Path, plan: Plan, pace: Pace) -> None:
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    asyncio.run(serve(listening, Sink(log=file, plan=plan, pace=pace)))


def read(log: Path) -> list[dict[str, Any]]:
    """Read what was written down, in order."""
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
