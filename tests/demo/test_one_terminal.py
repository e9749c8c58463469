"""`demo` and `up` as real processes: ready, restarted, refused where they would collide, and gone without a trace."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests import processes
from tests.demo import visits
from tests.ports import free_port

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks at processes as Linux has them"
)

PARTS = ("gunicorn", "worker post", "worker desk", "ticker", "valkey-server")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path: a Unix socket has room for a hundred characters."""
    folder = Path(tempfile.mkdtemp(prefix="cf-"))
    yield folder
    shutil.rmtree(folder)


def said_until(process: "subprocess.Popen[str]", words: str) -> str:
    """Read what a process says up to a line with these words; fails when it ends before."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(said)


def page(port: int, path: str) -> tuple[int, str]:
    """Open a page."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode()
    connection.close()
    return found


def parts(pid: int) -> Mapping[str, int]:
    """Which parts run under a process, with their own ids."""
    running = processes.children_of(pid)
    return {part: child for part in PARTS for child, command in running.items() if part in command}


def has_opened_nothing(pid: int, folder: Path) -> bool:
    """Whether a process, of which others are copies, has one thread and no file of the house but its own lock."""
    files = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    of_the_house = {one for one in files if one.startswith(f"{folder}/")}
    return "Threads:\t1\n" in status and {Path(one).name for one in of_the_house} == {"running"}


@pytest.mark.browser
def test_the_demo_is_ready_shows_itself_and_leaves_nothing_behind(folder: Path, chromium: Browser) -> None:
    port = free_port()
    environ = {**processes.environment(secret_key="not the demo's"), "TMPDIR": str(folder)}
    with processes.started("coachfollow", "demo", "--port", str(port), environ=environ) as process:
        said = said_until(process, "Ctrl-C stops")
        running = processes.children_of(process.pid)

        assert f"Coachfollow is ready at http://127.0.0.1:{port}/\n" in said
        assert page(port, "/readyz")[0] == 200
        assert page(port, "/")[0] == 200
        assert set(parts(process.pid)) == set(PARTS)
        (kept,) = folder.iterdir()
        assert has_opened_nothing(process.pid, kept)
        assert kept.stat().st_mode & 0o777 == 0o700
        with visits.browser(chromium, f"http://127.0.0.1:{port}") as tab:
            visits.let_a_week_pass_as_the_employee(tab)
            visits.press_a_link_in_the_mailbox(tab)
            visits.look_around_as_everybody(tab)

        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=20)

    assert process.returncode == 0
    assert rest == "The demo has ended.\n"
    assert [pid for pid in running if processes.parent_of(pid) is not None] == []
    assert list(folder.iterdir()) == []


def test_up_restarts_what_dies_keeps_its_data_and_ends_by_sigterm(folder: Path) -> None:
    port = free_port()
    environ = processes.environment(data_dir=folder, port=port, external_url="https://followup.example.org")
    with processes.started("coachfollow", "up", environ=environ) as process:
        said = said_until(process, "Ctrl-C stops it")
        before = parts(process.pid)
        assert "The tables were brought to this version.\n" in said
        assert f"Coachfollow is ready at http://127.0.0.1:{port}/\n" in said
        assert "People reach it at https://followup.example.org/\n" in said
        assert set(before) == set(PARTS)
        assert has_opened_nothing(process.pid, folder)

        os.kill(before["worker post"], signal.SIGKILL)
        processes.until(lambda: parts(process.pid).get("worker post") not in {None, before["worker post"]})

        second = subprocess.run(
            [sys.executable, "-m", "coachfollow", "up"],
            cwd=processes.TREE,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (second.returncode, "is running in" in second.stderr) == (1, True)

        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)

    assert process.returncode == 0
    assert [pid for pid in before.values() if processes.parent_of(pid) is not None] == []
    assert (folder / "coachfollow.db").exists()
    assert not (folder / "valkey.sock").exists()


def test_a_port_that_is_taken_is_told_before_anything_starts(folder: Path) -> None:
    environ = {**processes.environment(), "TMPDIR": str(folder)}
    with socket.create_server(("127.0.0.1", 0)) as neighbour:
        port = str(neighbour.getsockname()[1])
        with processes.started("coachfollow", "demo", "--port", port, environ=environ) as process:
            said, _ = process.communicate(timeout=processes.WITHIN)

    assert process.returncode == 1
    assert f"Nobody can listen at 127.0.0.1, port {port}" in said
    assert list(folder.iterdir()) == []
