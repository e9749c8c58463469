"""Whatever kills `up` or `demo`, their children do not outlive them: somebody small notices, and ends them."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from coachfollow.cli import lifeline
from coachfollow.cli.lifeline import Lifeline
from tests import processes

WILLING = "import time; print('here', flush=True); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WILLING
SUPERVISOR = """
import os, sys
from coachfollow.cli import supervise
from coachfollow.cli.children import Child

code = "import time; time.sleep(600)"
sleepers = [Child(name="it", arguments=(sys.executable, "-c", code), environ=dict(os.environ)) for _ in range(2)]
with supervise.told_to_end() as told, supervise.household(told) as household:
    for sleeper in sleepers:
        household.work(sleeper)
    household.keep(ready=lambda: True, announce=lambda: print(*[one.pid for one in sleepers], flush=True))
"""

Start = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts Python with some code, in a process group of its own; killed at the end in any case."""
    started: list[subprocess.Popen[bytes]] = []

    def start(code: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            (sys.executable, "-S", "-c", code), stdout=subprocess.PIPE, process_group=0
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def line() -> Iterator[Lifeline]:
    line = Lifeline()
    yield line
    line.let_go()


def cut(line: Lifeline) -> "subprocess.Popen[str]":
    """Do to a lifeline what the system does when the process that holds it is killed; gives the keeper."""
    keeper = line._keeper()
    assert keeper.stdin is not None
    keeper.stdin.close()
    line._process = None
    return keeper


def test_a_supervisor_that_is_killed_takes_its_children_along() -> None:
    command = (sys.executable, "-c", SUPERVISOR)
    with subprocess.Popen(command, cwd=processes.TREE, stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout is not None
        sleepers = [int(word) for word in supervisor.stdout.readline().split()]
        assert {processes.parent_of(pid) for pid in sleepers} == {supervisor.pid}

        supervisor.kill()

        processes.until(lambda: {processes.parent_of(pid) for pid in sleepers} == {None})


def test_whoever_was_held_last_ends_and_nobody_else(start: Start, line: Lifeline) -> None:
    earlier, last = start(WILLING), start(WILLING)
    line.hold([earlier.pid])
    line.hold([last.pid])

    keeper = cut(line)

    assert last.wait(processes.WITHIN) == -signal.SIGTERM
    assert keeper.wait(processes.WITHIN) == 0
    assert earlier.poll() is None


def test_the_last_line_counts_when_the_pipe_closes(start: Start) -> None:
    """The same, without the process around it."""
    earlier, last = start(WILLING), start(WILLING)

    lifeline.keep([f"{earlier.pid}\n", f"{last.pid}\n"], patience=0)

    assert last.wait(processes.WITHIN) == -signal.SIGTERM
    assert earlier.poll() is None


def test_a_keeper_that_died_is_replaced_and_told_again(start: Start, line: Lifeline) -> None:
    child = start(WILLING)
    line.hold([child.pid])
    first = line._keeper()
    first.kill()
    first.communicate()

    line.hold([child.pid])

    keeper = cut(line)
    assert keeper.pid != first.pid
    assert child.wait(processes.WITHIN) == -signal.SIGTERM
    assert keeper.wait(processes.WITHIN) == 0


def test_letting_go_harms_nobody(start: Start, line: Lifeline) -> None:
    child = start(WILLING)
    line.let_go()  # nothing was held yet
    line.hold([child.pid])
    keeper = line._keeper()

    line.let_go()

    assert keeper.returncode == 0
    assert child.poll() is None


def test_who_will_not_listen_is_killed_in_the_end(start: Start) -> None:
    willing, stubborn = start(WILLING), start(STUBBORN)

    lifeline.end([willing.pid, stubborn.pid], within=2 * lifeline.GLANCE)

    assert stubborn.wait(processes.WITHIN) == -signal.SIGKILL
    assert willing.wait(processes.WITHIN) == -signal.SIGTERM


def test_those_who_are_gone_already_are_no_trouble(start: Start) -> None:
    child = start("print('here', flush=True)")
    child.wait(processes.WITHIN)

    lifeline.end([child.pid], within=1)

    assert child.returncode == 0
