"""Turns a spreadsheet into one CSV file per sheet, as a program of its own with limits on what it may use.

It runs apart because a workbook of 5 kB may hold one cell at the far corner of a sheet: the reader then asks for
half a terabyte, and the process that reads it is aborted. Here that ends this child and nothing else. It imports
nothing of ours, so that it starts fast and finds itself without a search path.

Usage: unpack.py WORKBOOK FOLDER. It writes 0.csv, 1.csv … into the folder and prints one JSON document:
{"sheets": [[name, file], …]} or {"refused": reason}.
"""

import csv
import datetime as dt
import json
import resource
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import python_calamine as calamine

LIMITS = (
    (resource.RLIMIT_AS, 3 << 28),
    (resource.RLIMIT_CPU, 60),
    (resource.RLIMIT_FSIZE, 1 << 29),
    (resource.RLIMIT_CORE, 0),  # the core of an aborted process would hold the list
)
MAX_ENTRIES = 2_000
MAX_UNPACKED = 300 << 20
MAX_RATIO = 100
SMALL = 20 << 20  # below this no ratio is dangerous
MAX_SHEETS = 30
MAX_ROWS = 500_100  # a little over what a list may have, so that the reader of the CSV says so
MAX_COLUMNS = 1_001  # likewise

_KINDS = {"xl/workbook.xml": ".xlsx", "xl/workbook.bin": ".xlsb", "content.xml": ".ods"}
_LOCKED = "EncryptedPackage".encode("utf-16-le")  # how a workbook of today is wrapped that has a password
_DOCUMENTS = ("word/", "ppt/", "visio/")


class Refused(Exception):
    """The file is not opened; the word says why."""


def unpack(workbook: Path, folder: Path) -> list[tuple[str, str]]:
    """Write every visible sheet that has cells; the names of sheets and files, in the order of the workbook."""
    link = folder / f"workbook{_kind(workbook)}"
    try:
        link.symlink_to(workbook)  # the reader goes by the name, and the name of an upload means nothing
        with calamine.CalamineWorkbook.from_path(link) as book:
            return list(_written(book, folder))
    except calamine.PasswordError:
        raise Refused("password") from None
    except (calamine.CalamineError, ValueError):
        raise Refused("broken") from None
    except (MemoryError, OSError):  # a limit of this process was reached
        raise Refused("bomb") from None


def _kind(workbook: Path) -> str:
    """How the name of such a file ends; an archive is refused by its table of contents, before it is unpacked."""
    if not zipfile.is_zipfile(workbook):
        return ".xlsx" if _LOCKED in workbook.read_bytes() else ".xls"
    try:
        with zipfile.ZipFile(workbook) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refused("broken") from None
    _weigh(entries, workbook.stat().st_size)
    names = {entry.filename for entry in entries}
    if any(name.startswith(_DOCUMENTS) for name in names):
        raise Refused("document")
    kind = next((kind for name, kind in _KINDS.items() if name in names), None)
    if kind is None:
        raise Refused("archive")
    return kind


def _weigh(entries: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > min(MAX_UNPACKED, max(SMALL, MAX_RATIO * size)):
        raise Refused("bomb")


def _written(book: calamine.CalamineWorkbook, folder: Path) -> Iterator[tuple[str, str]]:
    for number, meta in enumerate(_shown(book)):
        sheet = book.get_sheet_by_name(meta.name)
        if sheet.start is None:
            continue
        name = f"{number}.csv"
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(_rows(sheet))
        yield meta.name, name


def _shown(book: calamine.CalamineWorkbook) -> list[calamine.SheetMetadata]:
    sheets = [meta for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
    shown = [meta for meta in sheets if meta.visible == calamine.SheetVisibleEnum.Visible]
    return shown[:MAX_SHEETS] or sheets[:MAX_SHEETS]


def _rows(sheet: calamine.CalamineSheet) -> Iterator[list[str]]:
    """The rows as text, each on one line, so that a line number of the CSV is a row number of the sheet."""
    for number, row in enumerate(sheet.iter_rows()):
        if number >= MAX_ROWS:
            return
        yield [text(cell) for cell in row[:MAX_COLUMNS]]


def text(cell: object) -> str:
    """A cell as the rest of the reading understands it: ISO dates, h:mm:ss durations, whole numbers without .0."""
    match cell:
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer():
            return str(int(cell))
        case dt.datetime():
            return cell.isoformat(sep=" ", timespec="seconds")
        case dt.timedelta():
            minutes, seconds = divmod(max(0, round(cell.total_seconds())), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case _:
            return " ".join(str(cell).split())


def main(workbook: str, folder: str) -> None:
    """Bind this process to its limits, unpack, and say on standard output what came of it."""
    for what, most in LIMITS:
        allowed = resource.getrlimit(what)[1]
        least = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(what, (least, least))
    try:
        answer: dict[str, object] = {"sheets": unpack(Path(workbook), Path(folder))}
    except Refused as refusal:
        answer = {"refused": str(refusal)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
