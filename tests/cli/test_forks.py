"""Copies of a process that run one of our modules: each is a program of its own, and ends there.

A process of their own makes them here, as `up` does: this one has threads, which no copy would have.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from coachfollow.cli import forks
from tests import processes

pytestmark = pytest.mark.skipif(not forks.POSSIBLE, reason="only Linux makes them")

PARENT = """
import os, signal
from functools import partial
from coachfollow.cli import forks

def fork(*arguments, **given):
    program = partial(forks.module, "program", *arguments)
    return forks.Fork(program, name="a program", environ={{"GREETING": "hello"}}, **given)

{code}
"""


def said_by(code: str, *, folder: Path) -> str:
    """What a process and its copies say that runs this code, all in one; it ends well."""
    environ = {"PYTHONPATH": f"{processes.TREE}:{folder}", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PARENT.format(code=code)],
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=processes.WITHIN,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_a_copy_is_a_program_with_its_own_words_settings_and_name(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("""
import os, sys
print(__name__, sys.argv[1:], dict(os.environ), repr(sys.stdin.read()))
print(open("/proc/self/cmdline").read().partition(chr(0))[0], os.getpgid(0) == os.getpid())
""")

    said = said_by("print(fork('post', '--now').wait())", folder=tmp_path)

    assert said == ("__main__ ['post', '--now'] {'GREETING': 'hello'} ''\ncoachfollow: a program True\n0\n")


@pytest.mark.parametrize(
    ("ends", "code", "words"),
    [
        ("pass", 0, ""),
        ("import sys; sys.exit()", 0, ""),
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit('It is full.')", 1, "It is full.\n"),
        ("raise OSError('It is full.')", 1, "OSError: It is full.\n"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -15, ""),
    ],
)
def test_it_ends_as_python_would_and_nothing_of_its_parent_goes_on_in_it(
    ends: str, code: int, words: str, tmp_path: Path
) -> None:
    (tmp_path / "program.py").write_text(ends)

    said = said_by(
        """
signal.signal(signal.SIGTERM, lambda *_: print("the parent's handler"))
try:
    print("ended", fork().wait(), flush=True)
finally:
    print("the parent's end", flush=True)
""",
        folder=tmp_path,
    )

    assert said.endswith(f"{words}ended {code}\nthe parent's end\n")
    assert said.count("the parent's") == 1


def test_a_signal_sent_at_once_ends_it_though_its_parent_would_not_listen(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("import time; time.sleep(600)")

    said = said_by(
        """
signal.signal(signal.SIGTERM, lambda *_: None)
one = fork()
one.send_signal(signal.SIGTERM)
print(one.wait())
one.send_signal(signal.SIGTERM)  # nobody is there any more
""",
        folder=tmp_path,
    )

    assert said == "-15\n"


def test_whoever_waits_for_one_that_runs_on_is_let_go_in_time(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("import time; time.sleep(600)")

    said = said_by(
        """
one = fork()
print(one.wait(timeout=0.05), one.poll())
os.killpg(one.pid, signal.SIGKILL)
print(one.wait())
""",
        folder=tmp_path,
    )

    assert said == "None None\n-9\n"


def test_it_holds_no_file_of_its_parent_but_the_sockets_it_was_given(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("""
import os, sys
with os.scandir("/proc/self/fd") as listing:
    held = {int(one.name) for one in listing}
print(sorted(one for one in held if os.path.exists(f"/proc/self/fd/{one}")) == [0, 1, 2, int(sys.argv[1])])
""")

    said = said_by(
        """
lock, (kept, pipe) = open("lock", "w"), os.pipe()
print(fork(str(kept), sockets=[kept]).wait())
""",
        folder=tmp_path,
    )

    assert said == "True\n0\n"
