"""Ends the children of `up` and `demo` when these are killed: a small process holds the other end of a pipe.

Nobody can clean up after a SIGKILL of its own, but on every system a pipe closes with whoever held it. This file is
run by its path, and imports nothing of ours, so that the process is small and starts at once.
"""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PATIENCE = 30.0  # seconds in which a worker may end the mails it has in hand
GLANCE = 0.1
GONE = (ProcessLookupError, PermissionError)  # macOS says the second of a process nobody has waited for


class Lifeline:
    """Held by a supervisor: names the process groups that end with it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._told = ""

    def hold(self, groups: Iterable[int]) -> None:
        """Say which process groups are to end if we are killed."""
        line = " ".join(map(str, groups)) + "\n"
        pipe = self._keeper().stdin
        if line != self._told and pipe is not None:
            with suppress(BrokenPipeError):  # it died this moment; the next look starts another
                pipe.write(line)
                pipe.flush()
            self._told = line

    def let_go(self) -> None:
        """End without harm to anybody: whoever was held has been stopped."""
        if self._process is not None:
            self.hold(())
            self._process.communicate()
            self._process = None

    def _keeper(self) -> "subprocess.Popen[str]":
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(  # noqa: S603 - this file
                (sys.executable, "-I", "-S", str(Path(__file__).resolve())),
                stdin=subprocess.PIPE,
                text=True,
                process_group=0,  # Ctrl-C must not reach it before us
            )
            self._told = ""
        return self._process


def keep(lines: Iterable[str], *, patience: float = PATIENCE) -> None:
    """Read whom to end until the pipe closes; then the last line counts."""
    last = deque(lines, maxlen=1)
    end([int(word) for line in last for word in line.split()], within=patience)


def end(groups: Iterable[int], *, within: float) -> None:
    """Ask these process groups to end, and kill what has not done so in time."""
    left = list(groups)
    for group in left:
        with suppress(*GONE):
            os.kill(group, signal.SIGTERM)  # its leader ends the others in order
    for _ in range(int(within / GLANCE)):
        left = [group for group in left if _is_there(group)]
        if not left:
            return
        time.sleep(GLANCE)
    for group in left:
        with suppress(*GONE):
            os.killpg(group, signal.SIGKILL)


def _is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except GONE:
        return False
    return True


if __name__ == "__main__":
    keep(sys.stdin)
