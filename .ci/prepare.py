"""Sets up .venv from a lock, once: quiet when it works, the whole log when it does not."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent
VENV = TREE / ".venv"
CACHE = TREE / ".cache"
PYTHON = VENV / "bin" / "python"
PIP = (PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet")
SORRY = "The set-up did not work; the lines above say why. Is a package registry within reach of pip?"
# by way of sh: the first line of a script can name no path with a blank in it, nor a long one
COMMAND = f"""#!/bin/sh
'''exec' "{PYTHON}" "$0" "$@"
' '''
import sys

from coachfollow.cli import main

sys.exit(main())
"""


def main(kind: str) -> int:
    """Make the environment of a kind ready: `run`, or `dev`, which holds all of `run` too."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two terminals may start at once
        if any(_is_ready(enough) for enough in {kind, "dev"}):
            return 0
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        print(f"Setting up .venv with Python {version} (once; a minute or two) …", flush=True)
        return _prepare(kind)


def _prepare(kind: str) -> int:
    log = CACHE / f"setup-{kind}.log"
    try:
        with log.open("w") as output:
            _install(TREE / "requirements" / f"{kind}.lock", log=output.fileno())
    except (subprocess.CalledProcessError, OSError) as error:
        print(log.read_text(), f"{error}", SORRY, sep="\n", file=sys.stderr)
        return 1
    _link()
    _stamp(kind).write_text(_wanted(kind))
    return 0


def _install(lock: Path, *, log: int) -> None:
    if not _is_usable():
        shutil.rmtree(VENV, ignore_errors=True)
        venv.create(VENV, with_pip=True)
    subprocess.run([*PIP, "--require-hashes", "--requirement", lock], check=True, stdout=log, stderr=log)


def _is_usable() -> bool:
    """Say whether .venv was made here (one cannot be moved), for a Python that is still there and suits."""
    stamps = [stamp.read_text() for stamp in VENV.glob("ready-*")]
    if not PYTHON.exists() or any(not stamp.endswith(f" {TREE}") for stamp in stamps):
        return False
    probe = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-c", probe], check=False, capture_output=True).returncode == 0


def _link() -> None:
    """Run from the tree: nothing to install again after a change, and no build tool needed."""
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    found = subprocess.run([PYTHON, "-c", where], check=True, capture_output=True, text=True)
    Path(found.stdout.strip(), "coachfollow.pth").write_text(f"{TREE}\n")
    command = VENV / "bin" / "coachfollow"
    command.write_bytes(os.fsencode(COMMAND))
    command.chmod(0o755)


def _is_ready(kind: str) -> bool:
    return _stamp(kind).is_file() and _stamp(kind).read_text() == _wanted(kind)


def _stamp(kind: str) -> Path:
    return VENV / f"ready-{kind}"


def _wanted(kind: str) -> str:
    """Write what the stamp must say: this lock, in this place."""
    lock = (TREE / "requirements" / f"{kind}.lock").read_bytes()
    return f"{hashlib.sha256(lock).hexdigest()} {TREE}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
