"""A clone may lie under any path: the command that is set up there runs."""

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from coachfollow import __version__
from tests.conftest import TREE


@pytest.mark.parametrize("name", ["plain", "Übung mit Blanks", "so-" * 60])
def test_the_command_of_a_clone_runs_wherever_the_clone_lies(name: str, tmp_path: Path) -> None:
    clone = tmp_path / name
    (clone / ".ci").mkdir(parents=True)
    shutil.copy(TREE / ".ci" / "prepare.py", clone / ".ci")
    found = runpy.run_path(str(clone / ".ci" / "prepare.py"))
    found["PYTHON"].parent.mkdir(parents=True)
    found["PYTHON"].symlink_to(sys.executable)
    command = found["PYTHON"].with_name("coachfollow")
    command.write_bytes(os.fsencode(found["COMMAND"]))
    command.chmod(0o755)

    told = subprocess.run(
        [command, "--version"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert told.stdout == f"{__version__}\n"
