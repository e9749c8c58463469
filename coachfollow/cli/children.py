"""Child processes of `up` and `demo`: started, restarted when they die, and stopped for good."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import coachfollow
from coachfollow import clock
from coachfollow.cli import forks
from coachfollow.cli.forks import Fork, Program

TREE = Path(coachfollow.__file__).parent.parent
DELAYS = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before a restart, longer each time it dies soon again
SETTLED = 60.0  # seconds after which a child counts as having started well
TERM, KILL = signal.SIGTERM, signal.SIGKILL


@dataclass(slots=True, kw_only=True)
class Child:
    """One process, in a process group of its own: Ctrl-C reaches us alone, and we stop the others in order."""

    name: str
    arguments: Sequence[str]
    environ: Mapping[str, str]
    sockets: Sequence[int] = ()
    program: Program | None = None  # what a copy of this process does instead, where there can be copies
    process: "subprocess.Popen[bytes] | Fork | None" = None
    started_at: float = 0.0
    failures: int = 0
    again_at: float | None = None

    def start(self) -> None:
        """Start the process."""
        self.process = self._executed() if self.program is None else self._copied(self.program)
        self.started_at, self.again_at = clock.stopwatch(), None

    def _copied(self, program: Program) -> Fork:
        return Fork(program, name=self.name, environ=self.environ, sockets=self.sockets)

    def _executed(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 - our own commands
            self.arguments,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            pass_fds=self.sockets,
            process_group=0,
        )

    def tend(self) -> None:
        """Restart it if it died, at once at first and later the oftener it dies."""
        if self.process is None or self.process.poll() is None:
            return
        if self.again_at is None:
            lived = clock.stopwatch() - self.started_at
            self.failures = 1 if lived > SETTLED else self.failures + 1
            self.again_at = clock.stopwatch() + delay(self.failures)
        if clock.stopwatch() >= self.again_at:
            self.start()

    def is_alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        """The number of the process, which is that of its group too; 0 before it was started."""
        return self.process.pid if self.process is not None else 0

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process, or to all of its group if it is to be killed."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            if number is KILL:
                os.killpg(self.process.pid, KILL)
            elif self.process.poll() is None:
                self.process.send_signal(number)

    def wait(self, *, until: float) -> bool:
        """Wait until the process has ended or the stopwatch shows `until`; whether it has ended."""
        if self.process is None:
            return True
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=max(0.0, until - clock.stopwatch()))
        return not self.is_alive()


def delay(failures: int) -> float:
    """Seconds to wait after so many deaths in a row, counted from 1."""
    return DELAYS[min(failures, len(DELAYS)) - 1]


def python(
    name: str, *arguments: str, environ: Mapping[str, str], sockets: Sequence[int] = (), copied: bool = False
) -> Child:
    """Describe a child that runs one of our modules, wherever this package was found.

    `copied`: as a copy of this process, where there can be copies; for whoever has opened nothing (`forks`).
    """
    path = os.pathsep.join(filter(None, (str(TREE), environ.get("PYTHONPATH"))))
    return Child(
        name=name,
        arguments=(sys.executable, "-P", "-m", *arguments),
        environ={**environ, "PYTHONPATH": path},
        sockets=sockets,
        program=partial(forks.module, *arguments) if copied and forks.POSSIBLE else None,
    )


def stop(children: Iterable[Child], *, within: float) -> None:
    """Ask all of these to end, and kill what has not done so in time, with whatever it had started itself."""
    stopping = list(children)
    for child in stopping:
        child.send(TERM)
    deadline = clock.stopwatch() + within
    for child in stopping:
        child.wait(until=deadline)
        child.send(KILL)
        child.wait(until=deadline + 1)
