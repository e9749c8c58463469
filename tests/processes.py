"""Real processes of ours for tests: their environment, and waiting for what they do, with a deadline."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

TREE = Path(__file__).parent.parent
PREFIX = "COACHFOLLOW_"
WITHIN = 30.0
GLANCE = 0.02


def environment(**given: object) -> Mapping[str, str]:
    """Give this process's environment with these settings; keywords are the names of `config.TABLE`."""
    needed: dict[str, object] = {
        "secret_key": "a secret for tests, nowhere else " + "0" * 16,
        "external_url": "http://localhost:5000",
        "mail_from": "followup@example.org",
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return others | {PREFIX + name.upper(): str(value) for name, value in (needed | given).items()}


def unmeasured(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Give the same without what lets a process measure its coverage: it starts in half the time."""
    return {name: value for name, value in environ.items() if not name.startswith("COVERAGE_")}


@contextmanager
def started(
    *arguments: str, environ: Mapping[str, str], sockets: Sequence[int] = ()
) -> Iterator["subprocess.Popen[str]"]:
    """Run one of our modules, with both of its outputs in one pipe; it is killed if it still lives at the end."""
    with subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=TREE,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=sockets,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def parent_of(pid: int) -> int | None:
    """Give whose child a process is; None once it has ended, even if nobody has waited for it yet."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[:2]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else int(parent)


def children_of(pid: int) -> Mapping[int, str]:
    """Give the living children of a process, with their command lines."""
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return {one: _command(one) for one in pids if parent_of(one) == pid}


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def until(claim: Callable[[], object], *, within: float = WITHIN) -> None:
    """Wait until something is so; fails when it takes too long."""
    deadline = time.monotonic() + within
    while not claim():
        assert time.monotonic() < deadline, f"not within {within} seconds"
        time.sleep(GLANCE)
