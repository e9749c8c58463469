"""Child processes: restarted when they die, the slower the oftener, and stopped with everything they started."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from coachfollow.cli import children
from coachfollow.cli.children import Child
from tests import processes

SLEEPING = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    " child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    " open(sys.argv[1], 'w').write(str(child.pid)); time.sleep(600)"
)


@pytest.fixture
def started() -> Iterator[list[Child]]:
    """Children that are killed at the end, whatever a test makes of them."""
    started: list[Child] = []
    yield started
    for child in started:
        child.send(children.KILL)
        child.wait(until=float("inf"))


def child(started: list[Child], code: str, *arguments: str) -> Child:
    """Start Python with this code."""
    one = Child(name="a child", arguments=(sys.executable, "-c", code, *arguments), environ=dict(os.environ))
    one.start()
    started.append(one)
    return one


def test_a_child_that_died_is_started_again_at_once(started: list[Child]) -> None:
    one = child(started, SLEEPING)
    assert one.process is not None
    first = one.process.pid
    one.send(children.KILL)
    one.process.wait()

    one.tend()

    assert one.is_alive()
    assert one.process.pid != first


def test_one_that_dies_soon_again_waits_before_it_is_started(started: list[Child]) -> None:
    one = child(started, "")
    for _ in range(2):
        assert one.process is not None
        one.process.wait()
        one.tend()

    assert one.failures == 2
    assert not one.is_alive()
    one.tend()  # and again a glance later
    assert one.failures == 2


def test_one_that_had_lived_long_is_started_at_once(started: list[Child]) -> None:
    one = child(started, "")
    assert one.process is not None
    one.process.wait()
    one.failures, one.started_at = 5, one.started_at - children.SETTLED - 1

    one.tend()

    assert one.failures == 1
    one.process.wait()


def test_the_wait_grows_up_to_half_a_minute() -> None:
    waits = [children.delay(failures) for failures in range(1, 10)]

    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (0, 30)


def test_one_that_lives_is_left_alone(started: list[Child]) -> None:
    one = child(started, SLEEPING)
    assert one.process is not None
    pid = one.process.pid

    one.tend()

    assert one.process.pid == pid


def test_stopping_ends_a_willing_child_by_a_signal_it_can_hear(started: list[Child]) -> None:
    one = child(started, SLEEPING)

    children.stop([one], within=5)

    assert one.process is not None
    assert one.process.returncode == -signal.SIGTERM


def test_stopping_kills_one_that_will_not_listen_with_what_it_started(
    started: list[Child], tmp_path: Path
) -> None:
    note = tmp_path / "pid"
    one = child(started, STUBBORN, str(note))
    processes.until(lambda: note.exists() and note.read_text())

    children.stop([one], within=0.2)

    assert not one.is_alive()
    processes.until(lambda: processes.parent_of(int(note.read_text())) is None)


def test_a_child_that_was_never_started_is_no_trouble() -> None:
    never = Child(name="never", arguments=("none",), environ={})

    never.tend()
    children.stop([never], within=1)

    assert not never.is_alive()


def test_our_modules_are_found_from_anywhere() -> None:
    one = children.python("worker", "jobs.worker", "post", environ={"PYTHONPATH": "/elsewhere"})

    assert one.arguments[1:] == ("-P", "-m", "jobs.worker", "post")
    assert one.environ["PYTHONPATH"] == f"{children.TREE}{os.pathsep}/elsewhere"
