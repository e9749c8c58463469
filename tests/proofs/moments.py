"""Stops this process at every moment of a drain: at each bytecode of our own code, before and after each COMMIT."""

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine
from sqlalchemy.pool import PoolProxiedConnection

import coachfollow
from coachfollow.mail.session import Session

OURS = str(Path(coachfollow.__file__).parent)


@dataclass(slots=True, kw_only=True)
class Moments:
    """How many moments have passed, and by which way; from `since` on each is a stop."""

    stop: Callable[[int, int], None]  # told the way, and what was said
    since: int
    passed: int = 0
    said: int = 0  # octets sent to the mail server
    way: int = 0  # the same for the same bytecodes in the same order

    def tick(self, where: str, instruction: int = 0) -> None:
        """Let a moment pass."""
        self.passed += 1
        self.way = hash((self.way, where, instruction))
        if self.passed >= self.since:
            self.stop(self.way, self.said)


class Counted(socket.socket):
    """A socket that counts what is sent by it."""

    moments: Moments

    def sendall(self, octets: bytes, flags: int = 0) -> None:  # type: ignore[override]  # nobody sends anything else
        """Send, and count it."""
        super().sendall(octets, flags)
        self.moments.said += len(octets)


@contextmanager
def stopping(engine: Engine, stop: Callable[[int, int], None], *, since: int) -> Iterator[Moments]:
    """Stop at the moments of this process; each of our sends, writes and statements lies between two of them."""
    moments = Moments(stop=stop, since=since)
    commit, connect = engine.dialect.do_commit, Session._get_socket  # type: ignore[attr-defined]

    def do_commit(connection: PoolProxiedConnection) -> None:
        moments.tick("before COMMIT")
        commit(connection)
        moments.tick("after COMMIT")

    def inside(frame: FrameType, what: str, _: Any) -> Any:
        if what == "opcode":
            moments.tick(frame.f_code.co_name, frame.f_lasti)
        return inside

    def enter(frame: FrameType, _: str, __: Any) -> Any:
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        return inside

    def connected(session: Session, host: str, port: int, timeout: float) -> Counted:
        plain = connect(session, host, port, timeout)
        counted = Counted(fileno=plain.detach())
        counted.settimeout(timeout)
        counted.moments = moments
        return counted

    with (
        patch.object(engine.dialect, "do_commit", do_commit),
        patch.object(Session, "_get_socket", connected),
    ):
        sys.settrace(enter)
        try:
            yield moments
        finally:
            sys.settrace(None)
