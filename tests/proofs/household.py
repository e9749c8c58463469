"""The processes of an installation, which die and come back."""

import logging
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

from coachfollow.cli.children import Child
from tests.proofs import scaled

WORKERS = 3
LOG = "CHAOS_LOG"  # the variable that says where they write what they have to say


@dataclass(slots=True, kw_only=True)
class Household:
    """Workers and a ticker, forked from a process that has imported them: coming back costs little."""

    bell: Child
    running: dict[str, BaseProcess] = field(default_factory=dict)

    def tend(self) -> None:
        """Start whatever does not run, as a supervisor does."""
        if not self.bell.is_alive():
            self.bell.start()
        for name, target in self._targets().items():
            if name not in self.running or not self.running[name].is_alive():
                self.running[name] = get_context("fork").Process(target=target, daemon=True)
                self.running[name].start()

    def kill(self, name: str) -> None:
        """End a process as the power does."""
        self.running[name].kill()
        self.running[name].join()

    def wipe(self) -> None:
        """End Valkey; it comes back with nothing."""
        self.bell.send(signal.SIGKILL)
        self.bell.wait(until=time.monotonic() + 5)

    def stop(self) -> None:
        """End everything for good."""
        for process in self.running.values():
            process.kill()
            process.join()
        self.wipe()

    def _targets(self) -> Mapping[str, Callable[[], None]]:
        workers = {f"worker {number}": _quietly(scaled.work) for number in range(WORKERS)}
        return workers | {"ticker": _quietly(scaled.tick)}


def _quietly(target: Callable[[], None]) -> Callable[[], None]:
    """Write to a file: what dies and comes back hundreds of times has much to say."""

    def quiet() -> None:
        log = os.open(os.environ[LOG], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.dup2(log, 1)
        os.dup2(log, 2)
        logging.captureWarnings(capture=True)
        target()

    return quiet
