"""Keeps the send journal: what a process was about to do and what it heard, so that kill -9 cannot unwrite it.

One file a process, append-only, one write(2) a line: `id fence DOT` before a final dot, `id fence CODE words` with
the reply. The page cache outlives the process but not the machine: that a dot never left is proved only on the boot
that wrote it. A last line that was torn ends in no newline and counts as not written.
"""

import fcntl
import os
import re
import secrets
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from coachfollow.mail.listening import Reply

FULL = 1_000_000  # octets, some ten thousand mails: then the next batch begins another
_MARK = "coachfollow-journal-1"
_ENDING, _UNSEEN = ".journal", ".new"  # the second until it has its lock and its header
_LINE = re.compile(r"(\d+) (\d+) (?:DOT|([2-5]\d\d)(?: (.*))?)")

Try = tuple[int, int]
"""A mail's id and the fence under which it was tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Whose page cache holds what was written; without a boot nothing is proved by absence."""

    host: str
    boot: str | None


class Unwritten(Exception):
    """The journal took no line: the dot that it was to announce must not leave."""


class Journal:
    """The journal of this process; its lock says that somebody may still write.

    Several threads may share it. It is closed when the last of them lets go of it, never under another's hands: the
    number of its file would soon be that of another file, and a line would be written there.
    """

    def __init__(self, folder: Path, machine: Machine) -> None:
        self.id = secrets.token_hex(16)
        self._writing = threading.Lock()
        self._is_whole = True
        self._size = 0
        unseen = _path(folder, self.id).with_suffix(_UNSEEN)
        try:
            self._file = _create(unseen)
            self._closed = weakref.finalize(self, os.close, self._file)
            self._write(f"{_MARK} {machine.host} {machine.boot or ''}\n")
            unseen.rename(_path(folder, self.id))
        except (OSError, Unwritten) as error:
            with suppress(OSError):
                unseen.unlink()
            raise Unwritten(f"No send journal can be begun in {folder}: {error}") from error

    @property
    def may_go_on(self) -> bool:
        """Whether another batch may be written into it."""
        with self._writing:
            return self._is_whole and self._size < FULL

    def dot(self, message_id: int, fence: int) -> None:
        """Say that the final dot is about to leave; raises Unwritten, and then it must not."""
        self._write(f"{message_id} {fence} DOT\n")

    def reply(self, message_id: int, fence: int, reply: Reply) -> None:
        """Say what the server answered; raises Unwritten."""
        self._write(f"{message_id} {fence} {reply}\n")

    def close(self) -> None:
        """Let go of the file; whoever looks now may remove it once all its mails are settled."""
        with self._writing:
            self._is_whole = False
            self._closed()

    def _write(self, line: str) -> None:
        with self._writing:
            self._append(line.encode())

    def _append(self, octets: bytes) -> None:
        """Append a line; after one that failed there is no other, so only the last can be torn."""
        if not self._is_whole:
            raise Unwritten("The send journal is not whole; another is begun with the next batch.")
        self._is_whole = False
        try:
            written = os.write(self._file, octets)
        except OSError as error:
            raise Unwritten(f"The send journal cannot be written: {error}.") from error
        if written != len(octets):
            raise Unwritten("The send journal took only a part of a line; the disk may be full.")
        self._size += written
        self._is_whole = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a journal says: the dots that were about to leave, the replies, and who wrote it."""

    machine: Machine
    dots: frozenset[Try]
    replies: Mapping[Try, Reply]

    def proves_no_dot(self, which: Try, *, here: Machine) -> bool:
        """Whether the dot certainly never left: its line is missing, and it cannot have been lost."""
        return which not in self.dots and self.machine.boot is not None and self.machine == here


def read(folder: Path, journal_id: str) -> Evidence | None:
    """Read a journal; None if it is missing or no journal: that proves nothing."""
    try:
        octets = _path(folder, journal_id).read_bytes()
    except OSError:
        return None
    head, *lines = octets.decode("utf-8", "replace").split("\n")[:-1] or [""]  # the rest was torn
    mark, _, machine = head.partition(" ")
    host, _, boot = machine.partition(" ")
    if mark != _MARK:
        return None
    dots: set[Try] = set()
    replies: dict[Try, Reply] = {}
    for line in filter(None, map(_LINE.fullmatch, lines)):
        which = (int(line[1]), int(line[2]))
        if line[3] is None:
            dots.add(which)
            replies.pop(which, None)  # an answer is to the dot before it
        else:
            replies[which] = Reply(int(line[3]), line[4] or "")
    return Evidence(machine=Machine(host=host, boot=boot or None), dots=frozenset(dots), replies=replies)


def left_behind(folder: Path) -> Iterator[str]:
    """List the journals into which nobody can write any more."""
    for path in sorted(folder.glob(f"*{_ENDING}")):
        if _is_nobodys(path):
            yield path.stem


def sweep(folder: Path) -> None:
    """Remove what is left of journals whose process died before it could begin them."""
    for path in folder.glob(f"*{_UNSEEN}"):
        if _is_nobodys(
            path
        ):  # or it gets its lock only now: then that beginning fails, and the next drain's does not
            path.unlink(missing_ok=True)


def remove(folder: Path, journal_id: str) -> None:
    """Remove a journal that is needed no more; harmless if somebody else has."""
    _path(folder, journal_id).unlink(missing_ok=True)


def _is_nobodys(path: Path) -> bool:
    """The kernel lets go of a lock when its process is gone, however it ended."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except OSError:
        return False


def _create(path: Path) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


def _path(folder: Path, journal_id: str) -> Path:
    return folder / f"{journal_id}{_ENDING}"
