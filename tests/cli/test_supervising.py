"""One terminal's household: told to end in the right moment, stopped however it ends, never waited for in vain."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from coachfollow.cli import demo, environment, forks, running, supervise, valkey
from coachfollow.cli.children import Child
from coachfollow.cli.supervise import Told
from coachfollow.config import PREFIX, Settings
from coachfollow.errors import Conflict
from tests import processes


def sleeper() -> Child:
    """A child that would stay for ten minutes."""
    code = "import time; time.sleep(600)"
    return Child(name="the sleeper", arguments=(sys.executable, "-c", code), environ=dict(os.environ))


@pytest.mark.parametrize("number", supervise.ENDING)
def test_every_signal_that_ends_us_ends_quietly_what_is_inside(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    reached = []

    with supervise.told_to_end():
        reached.append("inside")
        signal.raise_signal(number)
        reached.append("after")

    assert reached == ["inside"]
    assert signal.getsignal(number) is before


def test_a_signal_waits_while_a_child_is_being_started() -> None:
    told = Told()
    told.can_wait = True

    told.hear(signal.SIGTERM, None)

    assert told.is_so
    with pytest.raises(KeyboardInterrupt):
        told.look()


def test_whoever_was_not_told_goes_on() -> None:
    Told().look()


def test_a_household_is_stopped_however_it_ends() -> None:
    child = sleeper()

    def fail() -> None:
        with supervise.told_to_end() as told, supervise.household(told) as household:
            household.work(child)
            assert child.is_alive()
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        fail()
    assert not child.is_alive()


PREPARING = """
import os, sys, time
from coachfollow.cli import forks, supervise
from coachfollow.errors import Conflict

forks.POSSIBLE = {possible}
us = os.getpid()
opened = []

def prepare():
    opened.append("the journal")
    {does}

with supervise.told_to_end() as told, supervise.household(told) as household:
    household.do(prepare, name="moving in", environ=dict(os.environ))
    print("went on", opened, flush=True)
"""


def preparing(does: str, *, possible: bool = True) -> "subprocess.Popen[str]":
    """Start a household that first does something with an end, in a process that may be copied."""
    return subprocess.Popen(
        [sys.executable, "-c", PREPARING.format(possible=possible, does=does)],
        cwd=processes.TREE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.skipif(not forks.POSSIBLE, reason="only Linux copies processes")
@pytest.mark.parametrize(
    ("does", "code", "said"),
    [
        pytest.param("print(os.getpid() != us)", 0, "True\nwent on []\n", id="well"),
        pytest.param("raise Conflict('It is full.')", 1, "It is full.\n", id="refused"),
        pytest.param("os.kill(os.getpid(), 9)", 1, "", id="killed"),
    ],
)
def test_what_has_an_end_is_done_by_a_copy_and_leaves_nothing_in_what_comes_after(
    does: str, code: int, said: str
) -> None:
    with preparing(does) as process:
        assert process.communicate(timeout=processes.WITHIN)[0] == said

    assert process.returncode == code


@pytest.mark.skipif(not forks.POSSIBLE, reason="only Linux copies processes")
def test_what_has_an_end_ends_with_the_household() -> None:
    with preparing("print(os.getpid(), flush=True); time.sleep(600)") as process:
        assert process.stdout is not None
        copy = int(process.stdout.readline())
        process.send_signal(signal.SIGINT)

        assert process.wait(processes.WITHIN) == 0
        processes.until(lambda: processes.parent_of(copy) is None)


def test_where_no_process_is_copied_it_is_done_by_us() -> None:
    with preparing("print(os.getpid() == us)", possible=False) as process:
        assert process.communicate(timeout=processes.WITHIN)[0] == "True\nwent on ['the journal']\n"


def test_a_server_that_never_answers_is_not_waited_for_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "SHORT", 0.1)
    child = sleeper()

    with (
        pytest.raises(Conflict, match="the sleeper did not answer within"),
        supervise.told_to_end() as told,
        supervise.household(told) as household,
    ):
        household.serve(child, ready=lambda: False)

    assert not child.is_alive()


def test_it_is_announced_once_it_is_ready_and_kept_until_told() -> None:
    said: list[str] = []
    looks = iter([False, True])

    def announce() -> None:
        said.append("ready")
        signal.raise_signal(signal.SIGINT)

    with supervise.told_to_end() as told, supervise.household(told) as household:
        household.keep(ready=lambda: next(looks), announce=announce)

    assert said == ["ready"]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", True, id="ready"),
        pytest.param(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", False, id="not yet"),
        pytest.param(b"hello\r\n", False, id="something else altogether"),
    ],
)
def test_a_page_is_ready_when_it_says_200(reply: bytes, *, expected: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            visitor, _ = listening.accept()
            with visitor:
                visitor.recv(1000)
                visitor.sendall(reply)

        thread = threading.Thread(target=answer)
        thread.start()
        assert supervise.answers(*listening.getsockname()) is expected
        thread.join()


def test_nobody_there_is_not_ready() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = listening.getsockname()

    assert not supervise.answers(*address)


def test_the_embedded_valkey_comes_with_its_package() -> None:
    server = valkey.binary()

    assert server is not None
    assert os.access(server, os.X_OK)


def test_a_folder_too_deep_for_a_socket_is_told(tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="Choose a shorter COACHFOLLOW_DATA_DIR"):
        valkey.address(tmp_path / ("deep" * 30))


def test_a_socket_nobody_listens_at_is_nobody(tmp_path: Path) -> None:
    assert not valkey.is_there(tmp_path / "none")


def test_one_may_listen_at_an_address_of_either_kind() -> None:
    for host in ("127.0.0.1", "::1"):
        with running.listening(host, 0) as door:
            assert door.getsockname()[0] == host


def test_a_demo_that_is_kept_keeps_its_secret(tmp_path: Path) -> None:
    first = demo.environ_for(tmp_path, port=5000, mail_port=2525)
    environment.write(tmp_path / demo.SETTINGS, {k: v for k, v in first.items() if k.startswith(PREFIX)})
    again = demo.environ_for(tmp_path, port=5001, mail_port=2526)
    other = demo.environ_for(tmp_path / "other", port=5000, mail_port=2525)

    assert again[f"{PREFIX}SECRET_KEY"] == first[f"{PREFIX}SECRET_KEY"] != other[f"{PREFIX}SECRET_KEY"]
    assert (tmp_path / demo.SETTINGS).stat().st_mode & 0o777 == 0o600


def test_settings_of_a_real_house_stay_out_of_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}DATABASE_URL", "postgresql://the.real.one/people")

    assert f"{PREFIX}DATABASE_URL" not in demo.environ_for(tmp_path, port=5000, mail_port=2525)


@pytest.mark.parametrize(
    ("redis_url", "expected"),
    [
        pytest.param("redis://localhost", ["pages", "worker post", "worker desk", "ticker"], id="with Redis"),
        pytest.param("", ["pages", "worker post", "worker desk"], id="without"),
    ],
)
def test_without_redis_the_workers_look_by_themselves(
    redis_url: str, expected: list[str], make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(redis_url=redis_url)
    with running.listening("127.0.0.1", 0) as door:
        found = list(running.parts(settings, {f"{PREFIX}REDIS_URL": redis_url}, door))

    assert [child.name for child in found] == expected
    assert [("--no-redis" in child.arguments) for child in found[1:3]] == [not redis_url] * 2


def test_where_no_valkey_is_installed_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "files", missing)

    assert valkey.binary() is None


def test_told_to_do_without_redis_it_starts_none(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings(no_redis="yes")

    with supervise.told_to_end() as told, supervise.household(told) as household:
        assert running._with_bell(household, settings, {}) == {}
