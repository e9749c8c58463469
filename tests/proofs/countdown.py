"""Ends this process at a chosen moment of the send path: between two bytecodes of ours, or before a COMMIT."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from sqlalchemy import Connection, Engine, event

from coachfollow.flow import batches, claims, dispatch, handing, journals, outcomes, reconciling, settlements
from coachfollow.mail import journal, listening, post, session, smtp, wire

SEND_PATH = frozenset(
    str(module.__file__)
    for module in (
        *(batches, claims, dispatch, handing, journals, outcomes, reconciling, settlements),
        *(journal, listening, post, session, smtp, wire),
    )
)


@dataclass(slots=True, kw_only=True)
class Countdown:
    """How many moments have passed; at `fatal` the process is killed, as the power or the kernel would."""

    fatal: int | None = None
    passed: int = 0

    def tick(self) -> None:
        """Let a moment pass."""
        self.passed += 1
        if self.passed == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def counting(engine: Engine, *, fatal: int | None = None) -> Iterator[Countdown]:
    """Count the moments of the send path in this process; each send, write and COMMIT lies between two of them."""
    countdown = Countdown(fatal=fatal)

    def commit(_: Connection) -> None:
        countdown.tick()

    def inside(_: FrameType, what: str, __: Any) -> Any:
        if what == "opcode":
            countdown.tick()
        return inside

    def enter(frame: FrameType, _: str, __: Any) -> Any:
        if frame.f_code.co_filename not in SEND_PATH:
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        return inside

    event.listen(engine, "commit", commit)
    sys.settrace(enter)
    try:
        yield countdown
    finally:
        sys.settrace(None)
        event.remove(engine, "commit", commit)
