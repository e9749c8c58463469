"""Processes of ours that begin as a copy of this one: what they need was imported once, and is held once for all.

Whoever makes copies opens nothing itself, no database and no journal, and has no threads: what a copy does to prepare
ends with it. Nothing of the copied stack goes on in the copy either: it becomes another program within `_become`, and
ends there. On Linux only: elsewhere a system's own libraries may not survive it (macOS stops some for ever).
"""

import gc
import os
import runpy
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from coachfollow import clock

if sys.platform == "linux":
    from setproctitle import setproctitle
else:

    def setproctitle(title: str) -> None:
        """Keep the name: elsewhere nothing is copied."""


POSSIBLE = sys.platform == "linux"
STANDARD = (0, 1, 2)  # input, output and errors
GLANCE = 0.02  # seconds from one look at a process that shall end to the next

Program = Callable[[], object]


class Fork:
    """A copy of this process that runs one program and ends, in a process group of its own.

    It is asked and waited for like a `subprocess.Popen`; like there, `returncode` is minus the number of the signal
    that ended it.
    """

    def __init__(
        self, program: Program, *, name: str, environ: Mapping[str, str], sockets: Sequence[int] = ()
    ) -> None:
        self.returncode: int | None = None
        sys.stdout.flush()
        sys.stderr.flush()
        gc.freeze()  # looking for garbage would write to what is shared, and so copy it
        # a signal that comes between here and there is heard by what the copy becomes, not by our handlers
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            self.pid = os.fork()
            if self.pid == 0:
                _become(program, name=name, environ=environ, sockets=sockets, mask=mask)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        with suppress(PermissionError, ProcessLookupError):  # the copy does so too: whoever comes first
            os.setpgid(self.pid, self.pid)

    def poll(self) -> int | None:
        """Say how it ended, or None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float = float("inf")) -> int | None:
        """Wait for its end so many seconds at most; None where it runs on."""
        until = clock.stopwatch() + timeout
        while self.poll() is None and clock.stopwatch() < until:
            clock.rest(GLANCE)
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


def import_once(modules: Iterable[str]) -> None:
    """Import what the copies will need, and remove the garbage that this leaves, before the first of them is made."""
    for module in modules:
        import_module(module)
    gc.collect()


def module(name: str, *arguments: str) -> None:
    """Run a module as `python -m` would; a program for a copy, whose arguments and main module it replaces."""
    sys.argv[:] = [name, *arguments]
    runpy.run_module(name, run_name="__main__", alter_sys=True)


def _become(
    program: Program,
    *,
    name: str,
    environ: Mapping[str, str],
    sockets: Sequence[int],
    mask: Iterable[int],
) -> NoReturn:
    code = 1
    try:
        os.setpgid(0, 0)
        _let_go(sockets)
        _hear_signals_as_new()
        setproctitle(f"coachfollow: {name}")  # finds its place by where the environment still lies
        os.environ.clear()
        os.environ.update(environ)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        code = _run(program)
    except BaseException:  # noqa: BLE001 - nothing may climb on, into what the parent was doing
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _let_go(sockets: Sequence[int]) -> None:
    """Close all files but these sockets: locks and pipes are the parent's, and end with it."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), STANDARD[0])
    for number in {int(one.name) for one in Path("/proc/self/fd").iterdir()} - {*STANDARD, *sockets}:
        with suppress(OSError):  # the list itself was read by one that is closed now
            os.close(number)


def _hear_signals_as_new() -> None:
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _run(program: Program) -> int:
    """Run it; gives the exit code, as Python itself would."""
    try:
        program()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return 1
    return 0
