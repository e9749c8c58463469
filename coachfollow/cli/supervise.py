"""Keeps everything running in one terminal until Ctrl-C: starts in order, restarts, stops in the reverse order."""

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from types import FrameType

from coachfollow import clock
from coachfollow.cli import children, forks, refusals
from coachfollow.cli.children import Child
from coachfollow.cli.forks import Program
from coachfollow.cli.lifeline import Lifeline
from coachfollow.errors import Conflict

GLANCE = 0.2  # seconds from one look at the children to the next
PATIENCE = 60.0  # seconds until the pages must answer
DRAIN = 30.0  # a worker may end the mails it has in hand
SHORT = 5.0
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Told:
    """Hears Ctrl-C, SIGTERM and SIGHUP: each ends us, but not between starting a child and remembering it."""

    def __init__(self) -> None:
        self.is_so = False
        self.can_wait = False

    def hear(self, number: int, frame: FrameType | None) -> None:
        """Take a signal: at once, or at the next look."""
        del number, frame
        self.is_so = True
        if not self.can_wait:
            raise KeyboardInterrupt

    def look(self) -> None:
        """End here if we were told to."""
        if self.is_so:
            raise KeyboardInterrupt


@contextmanager
def told_to_end() -> Iterator[Told]:
    """Let Ctrl-C, SIGTERM and SIGHUP end what is inside, quietly and with all its cleaning up."""
    told = Told()
    before = {number: signal.signal(number, told.hear) for number in ENDING}
    try:
        yield told
    except KeyboardInterrupt:
        pass  # the way it is meant to end
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


class Household:
    """Everything one terminal runs; what was started first is stopped last, so that nobody misses it."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._tasks: list[Child] = []
        self._servers: list[Child] = []
        self._workers: list[Child] = []
        self._lifeline = Lifeline()

    def serve(self, child: Child, *, ready: Callable[[], bool]) -> None:
        """Start what the others need, and wait until it is there."""
        self._start(child, among=self._servers)
        self._await(ready, what=child.name, patience=SHORT)

    def work(self, child: Child) -> None:
        """Start one of those that need the servers."""
        self._start(child, among=self._workers)

    def do(self, task: Program, *, name: str, environ: Mapping[str, str]) -> None:
        """Do what has an end, and wait for it: in a copy of us, so that the next ones have nothing of it in them.

        Ends us with its exit code where it does not end well; it has said why.
        """
        if not forks.POSSIBLE:
            task()
            return
        child = Child(name=name, arguments=(), environ=environ, program=partial(refusals.told, task))
        self._start(child, among=self._tasks)
        child.wait(until=float("inf"))
        code = child.process.returncode if child.process is not None else None
        if code:
            raise SystemExit(max(code, 1))

    def keep(self, *, ready: Callable[[], bool], announce: Callable[[], None]) -> None:
        """Announce that all is ready once it is, and restart what dies, until a signal ends us."""
        self._await(ready, what="the pages", patience=PATIENCE)
        announce()
        while True:
            self._tend()

    def stop(self) -> None:
        """Stop everything, those who need the others first."""
        children.stop(self._tasks, within=SHORT)
        children.stop(self._workers, within=DRAIN)
        children.stop(reversed(self._servers), within=SHORT)
        self._lifeline.let_go()

    def _start(self, child: Child, *, among: list[Child]) -> None:
        self._told.can_wait = True
        child.start()
        among.append(child)
        self._hold()
        self._told.can_wait = False
        self._told.look()

    def _await(self, ready: Callable[[], bool], *, what: str, patience: float) -> None:
        deadline = clock.stopwatch() + patience
        while not ready():
            if clock.stopwatch() > deadline:
                raise Conflict(f"It did not start: {what} did not answer within {patience:.0f} seconds.")
            self._tend()

    def _tend(self) -> None:
        self._told.can_wait = True
        for child in (*self._servers, *self._workers):
            child.tend()
        self._hold()
        self._told.can_wait = False
        self._told.look()
        clock.rest(GLANCE)

    def _hold(self) -> None:
        everybody = (*self._tasks, *self._servers, *self._workers)
        self._lifeline.hold(child.pid for child in everybody if child.is_alive())


@contextmanager
def household(told: Told) -> Iterator[Household]:
    """Lend a household that is stopped at the end, however that comes."""
    everything = Household(told)
    try:
        yield everything
    finally:
        for number in ENDING:  # stopping takes seconds; a second Ctrl-C must not leave half of it behind
            signal.signal(number, signal.SIG_IGN)
        everything.stop()


def answers(host: str, port: int, path: str = "/readyz") -> bool:
    """Whether a page answers 200 there."""
    connection = HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
