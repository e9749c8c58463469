"""Settings in a file: NAME=value lines, as service managers read them too."""

from collections.abc import Mapping
from pathlib import Path

from coachfollow.config import TABLE, private
from coachfollow.errors import Misconfigured

SECRETS = frozenset(setting.variable for setting in TABLE if setting.secret)


def read(path: Path) -> Mapping[str, str]:
    """Read a settings file; raises Misconfigured with the number of every line that is none.

    The line itself is not repeated: it may be a secret with a slip of the pen before it.
    """
    values: dict[str, str] = {}
    mistakes = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        name, equals, value = line.strip().partition("=")
        if not name or name.startswith("#"):
            continue
        if equals and name.isidentifier():
            values[name] = value.strip().strip("\"'")
        else:
            mistakes.append(f"{path}, line {number} is not NAME=value.")
    exposure = private.exposure(path) if SECRETS & values.keys() else ""
    if exposure:
        mistakes.append(f"{path} holds secrets and is a file that {exposure}.")
    if mistakes:
        raise Misconfigured(tuple(mistakes))
    return values


def write(path: Path, values: Mapping[str, str]) -> None:
    """Write a settings file that only its owner can read."""
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8")
