"""Keeps what somebody uploaded until it is staged: generated names, a folder for each person, a day at most."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from flask import g, request
from werkzeug.datastructures import FileStorage

from coachfollow import clock, vault
from coachfollow.errors import Closed, Invalid
from coachfollow.extensions import installation

KEPT_SECONDS = 24 * 60 * 60
LONGEST_NAME = 120
PASTED = "pasted list"

GONE = "This file is no longer here. Please choose it again."
NOTHING = "Choose a file, or paste a list."

_FORM = re.compile(r"[0-9a-z]{20,64}\.(file|pasted)")


@dataclass(slots=True, kw_only=True)
class Upload:
    """One uploaded file or pasted list: what it is asked for by, what its owner calls it, whether it stays."""

    id: str
    name: str
    path: Path
    stays: bool = False  # for the next request: something has to be asked first

    @property
    def is_pasted(self) -> bool:
        """Whether somebody pasted it."""
        return self.id.endswith(".pasted")

    @property
    def text(self) -> str:
        """The pasted text."""
        return self.path.read_text(encoding="utf-8")

    @property
    def checksum(self) -> str:
        """The SHA-256 of its bytes."""
        with self.path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()


def most_bytes() -> int:
    """The largest file that may be uploaded."""
    return installation().settings.max_upload_mb << 20


@contextmanager
def received() -> Iterator[Upload]:
    """Give what this request is about: a new upload, or the kept one it names; deleted afterwards unless it stays.

    Raises Invalid where there is nothing, Closed where it is gone.
    """
    upload = _kept(request.form["upload"]) if request.form.get("upload") else _new()
    try:
        yield upload
    finally:
        if not upload.stays:
            upload.path.unlink(missing_ok=True)


def _new() -> Upload:
    file, text = request.files.get("file"), request.form.get("text", "").strip()
    if file is not None and file.filename:
        return _saved(file)
    if not text:
        raise Invalid(NOTHING, {"file": NOTHING})
    upload = _upload(f"{vault.new_public_id()}.pasted", PASTED)
    upload.path.write_text(text, encoding="utf-8")
    return upload


def _saved(file: FileStorage) -> Upload:
    upload = _upload(f"{vault.new_public_id()}.file", shown_name(file.filename or ""))
    file.save(upload.path)
    return upload


def _kept(name: str) -> Upload:
    """Find an upload by the name it was given; only in the folder of whoever asks."""
    if not _FORM.fullmatch(name):
        raise Closed(GONE)
    upload = _upload(name, shown_name(request.form.get("name", "")))
    if not upload.path.is_file():
        raise Closed(GONE)
    return upload


def _upload(name: str, shown: str) -> Upload:
    folder = installation().settings.data_dir / "uploads" / str(g.actor.person_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(folder)
    return Upload(id=name, name=shown, path=folder / name)


def _sweep(folder: Path) -> None:
    """Delete what was left behind: a question that nobody answered for a day."""
    oldest = clock.now().timestamp() - KEPT_SECONDS
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # another request was first
            if path.stat().st_mtime < oldest:
                path.unlink()


def shown_name(name: str) -> str:
    """A file's own name, as far as it can be shown: no folders, no control characters, not too long."""
    last = re.split(r"[/\\]", name)[-1]
    printable = "".join(char for char in last if char.isprintable()).strip()
    return printable[:LONGEST_NAME] or "file"
