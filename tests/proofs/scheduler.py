"""Virtual workers in one thread: greenlets that a seed steps, kills and freezes, on a clock that only it moves."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from greenlet import GreenletExit, getcurrent, greenlet

BEGINNING = 1_000_000.0  # seconds on the clock of a machine that has been on for a while
BLINK = 0.02  # seconds that pass with a step, at most
PAUSE = 5.0  # and sometimes this many
PAUSE_PER_MILLE = 20


@dataclass(slots=True, kw_only=True, eq=False)
class Worker:
    """One virtual worker: what it does, and when it goes on."""

    number: int
    life: greenlet
    wakes_at: float
    is_dead: bool = False


@dataclass(slots=True, kw_only=True)
class Scheduler:
    """Lets one worker at a time take a step; between steps the caller looks at what they did."""

    chance: random.Random
    time: float = BEGINNING
    workers: list[Worker] = field(default_factory=list)
    born: int = 0
    hub: greenlet = field(default_factory=getcurrent)

    def hire(self, life: Callable[[], None]) -> Worker:
        """Let another worker begin."""
        self.born += 1
        worker = Worker(number=self.born, life=greenlet(life), wakes_at=self.time)
        self.workers.append(worker)
        return worker

    def current(self) -> Worker | None:
        """Give whoever is at work; None if it is the caller of all steps."""
        here = getcurrent()
        return next((worker for worker in self.workers if worker.life is here), None)

    def pass_on(self, *, until: float = 0.0) -> None:
        """Let the others go on, and go on oneself no sooner than at this time; whoever is killed ends here."""
        worker = self.current()
        if getcurrent() is self.hub:
            return
        if worker is None or worker.is_dead:
            raise GreenletExit
        worker.wakes_at = max(until, self.time)
        self.hub.switch()

    def step(self) -> Worker:
        """Let some time pass, and one of those who may go on do so until it passes on."""
        self.time += self.chance.random() * (
            PAUSE if self.chance.random() * 1000 < PAUSE_PER_MILLE else BLINK
        )
        self.time = max(self.time, min(worker.wakes_at for worker in self.workers))
        awake = [worker for worker in self.workers if worker.wakes_at <= self.time]
        worker = self.chance.choice(awake)
        worker.life.switch()
        return worker

    def freeze(self, worker: Worker, seconds: float) -> None:
        """Stop a worker as SIGSTOP does, and let it go on after so many seconds."""
        worker.wakes_at = max(worker.wakes_at, self.time + seconds)

    def kill(self, worker: Worker) -> None:
        """End a worker as SIGKILL does: what it would still do in its clauses `finally` has no effect any more."""
        worker.is_dead = True
        if worker.life:  # it has begun
            worker.life.throw(GreenletExit)
        self.workers.remove(worker)
