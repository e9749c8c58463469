"""Opens an uploaded file, hostile until shown otherwise: caps first, then text, or the sheets of a workbook."""

import json
import os
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from coachfollow.intake import decode
from coachfollow.intake.words import Unreadable

MAX_BYTES = 50 << 20
MAX_SECONDS = 120

_HEAD = 4096
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG")
_WORKBOOKS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")
_MADE_OF = (
    (0, b"\x89PNG", "a picture"),
    (0, b"\xff\xd8\xff", "a picture"),
    (0, b"GIF8", "a picture"),
    (0, b"%PDF", "a PDF document"),
    (0, b"{\\rtf", "a text document"),
    (0, b"\x1f\x8b", "a compressed file"),
    (0, b"7z\xbc\xaf", "a compressed file"),
    (0, b"Rar!", "a compressed file"),
    (0, b"SQLite format 3", "a database"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ\x90", "a program"),
    (0, b"\x1a\x45\xdf\xa3", "a recording"),
    (0, b"OggS", "a recording"),
    (0, b"ID3\x03", "a recording"),
    (0, b"ID3\x04", "a recording"),
    (0, b"RIFF", "a recording or a picture"),
    (4, b"ftyp", "a recording or a picture"),
)
_WEB_PAGES = ("<!doctype", "<html", "<?xml", "<table")
_REFUSALS = {
    "password": "is protected by a password, so it cannot be read. Save it without one, or as CSV.",
    "document": "looks like a document or a presentation, not a list. Save its table as CSV or XLSX.",
    "archive": "looks like a ZIP archive, not a list. Unpack it and choose the list inside.",
    "bomb": "would become far too large when unpacked, so it was not opened. Save the list alone as CSV.",
    "broken": "looks like a spreadsheet, but is damaged or not complete. Save it again as CSV or XLSX.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Lines of text that can be read as often as needed: a text file, one sheet of a workbook, or a pasted list."""

    lines: Callable[[], Iterator[str]]
    encoding: str | None = None
    sheet: str | None = None


@contextmanager
def opened(
    path: Path, *, name: str, encoding: str | None = None, max_bytes: int = MAX_BYTES
) -> Iterator[tuple[Source, ...]]:
    """Give the sources in a file while it is open; Unreadable with a sentence if it holds no list."""
    head = _head(path, name=name, max_bytes=max_bytes)
    if head.startswith(_WORKBOOKS):
        with tempfile.TemporaryDirectory(prefix="coachfollow-") as folder:
            yield _sheets(path, Path(folder), name=name)
    else:
        _refuse_what_is_no_text(head, name=name)
        yield (_text(path, encoding, name=name),)


def _head(path: Path, *, name: str, max_bytes: int) -> bytes:
    if not path.is_file():
        raise Unreadable(f"“{name}” is not a file that can be read.")
    size = path.stat().st_size
    if size > max_bytes:
        raise Unreadable(
            f"“{name}” has {_megabytes(size)}; a list may have {_megabytes(max_bytes)}. "
            "Take out what is not needed, or split it."
        )
    if not size:
        raise Unreadable(f"“{name}” is empty. Export or save the list again.")
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        raise Unreadable(f"“{name}” cannot be read: {error.strerror}.") from None


def _megabytes(size: int) -> str:
    return f"{size / (1 << 20):,.0f} MB" if size >= 1 << 20 else f"{size / 1024:,.0f} kB"


def _refuse_what_is_no_text(head: bytes, *, name: str) -> None:
    for offset, signature, what in _MADE_OF:
        if head.startswith(signature, offset):
            raise Unreadable(f"“{name}” looks like {what}, not a list. Choose a CSV or XLSX file.")
    text = decode.beginning(head)
    if text.lstrip().lower().startswith(_WEB_PAGES):
        raise Unreadable(
            f"“{name}” is a web page or XML, whatever its name says. "
            "Open it in a spreadsheet program and save it as CSV or XLSX."
        )
    if _is_binary(text):
        raise Unreadable(f"“{name}” is not text, so it is not a list. Choose a CSV or XLSX file.")


def _is_binary(text: str) -> bool:
    """Whether more than one character in twenty is one that no text has."""
    odd = sum(unicodedata.category(char) in {"Cc", "Cn", "Co"} and not char.isspace() for char in text)
    return "\0" in text or odd * 20 > len(text) + 20


def _text(path: Path, encoding: str | None, *, name: str) -> Source:
    if encoding is not None and encoding not in decode.ENCODINGS:
        raise Unreadable(
            f"“{name}” cannot be read as “{encoding}”; use one of {', '.join(decode.ENCODINGS)}."
        )
    known = encoding or decode.encoding_of(path)
    return Source(lines=lambda: decode.lines(path, known), encoding=known)


def _sheets(path: Path, folder: Path, *, name: str) -> tuple[Source, ...]:
    sheets = _unpacked(path, folder, name=name)
    if not sheets:
        raise Unreadable(f"“{name}” is a spreadsheet without a filled cell. Export or save the list again.")
    return tuple(_sheet(folder / file, sheet) for sheet, file in sheets)


def _sheet(path: Path, sheet: str) -> Source:
    return Source(lines=lambda: decode.lines(path, "utf-8"), sheet=sheet)


def _unpacked(path: Path, folder: Path, *, name: str) -> list[tuple[str, str]]:
    """Let a child with limits open the workbook; no answer means that it ran into one."""
    program = Path(__file__).with_name("unpack.py")
    command = [sys.executable, "-I", str(program), str(path.resolve()), str(folder)]
    try:
        child = subprocess.run(  # noqa: S603 - our own program, an absolute path, no shell
            command, capture_output=True, timeout=MAX_SECONDS, check=True, env=_bare_environment()
        )
        answer = json.loads(child.stdout)
    except (subprocess.SubprocessError, OSError, ValueError):
        answer = {"refused": "bomb"}
    if "refused" in answer:
        raise Unreadable(f"“{name}” {_REFUSALS[answer['refused']]}")
    return [(sheet, file) for sheet, file in answer["sheets"]]


def _bare_environment() -> dict[str, str]:
    """What Python needs to start; the keys of the installation are nothing for a reader of hostile files."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
