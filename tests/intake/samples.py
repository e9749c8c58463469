"""Writes attendance files byte by byte, in every make, encoding, delimiter and date order, with invented people."""

import codecs
import csv
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

import xlsxwriter

from coachfollow.intake.reading import DateOrder, Reading, read

Rows = list[list[str]]
Stay = tuple[datetime, datetime]

ENCODINGS = (
    "utf-8", "utf-8 with mark", "utf-16-le with mark", "utf-16-be with mark", "utf-16-le", "utf-16-be", "cp1252",
)  # fmt: skip
DELIMITERS = ("\t", ",", ";", "|")

_OPEN_DOCUMENT = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"></manifest:manifest>'
)
_MARKS = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody who was there, with every stay."""

    name: str
    email: str = ""
    role: str = "Presenter"
    stays: tuple[Stay, ...]

    @property
    def seconds(self) -> int:
        """How long all stays are together."""
        return sum(round((left - joined).total_seconds()) for joined, left in self.stays)


def at(hour: int, minute: int = 0, second: int = 0, *, day: int = 4) -> datetime:
    """A moment in November 2026, the month of every sample; the 4th can be misread, the 14th cannot."""
    return datetime(2026, 11, day, hour, minute, second)  # noqa: DTZ001 - naive, as files are


def attendees(*, day: int = 4) -> tuple[Attendee, ...]:
    """Three people: one stays, one leaves and comes back, one is a guest without an address."""
    return (
        Attendee(
            name="Anna Müller",
            email="anna.mueller@example.org",
            role="Organizer",
            stays=((at(9, 0, day=day), at(11, 0, 30, day=day)),),
        ),
        Attendee(
            name="Ben Other",
            email="ben.other@example.org",
            stays=((at(9, 5, day=day), at(9, 35, day=day)), (at(13, 5, day=day), at(13, 50, 10, day=day))),
        ),
        Attendee(name="Chloé Guest", stays=((at(9, 50, 12, day=day), at(10, 20, 12, day=day)),)),
    )


def stamp(moment: datetime, order: DateOrder) -> str:
    """A time as the reports of Teams write it in an account of this order; a narrow space stands before AM and PM."""
    day, month, year = moment.day, moment.month, moment.year
    match order:
        case DateOrder.DMY:
            return f"{day}/{month}/{year % 100:02}, {moment:%H:%M:%S}"
        case DateOrder.MDY:
            return f"{month}/{day}/{year}, {moment:%I:%M:%S}\N{NARROW NO-BREAK SPACE}{moment:%p}"
        case DateOrder.YMD:
            return f"{moment:%Y-%m-%d %H:%M:%S}"


def spoken(seconds: int) -> str:
    """A duration as Teams writes it: “1h 2m 10s”, without the parts that are nought."""
    parts = (seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s")
    return " ".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


def teams_log(people: Sequence[Attendee], order: DateOrder) -> Rows:
    """Teams in 2020 and 2021: one row for each joining and leaving; the first one never leaves."""
    rows = [["Full Name", "User Action", "Timestamp"]]
    for number, person in enumerate(people):
        for joined, left in person.stays:
            rows.append([person.name, "Joined before" if not number else "Joined", stamp(joined, order)])
            if number:
                rows.append([person.name, "Left", stamp(left, order)])
    return rows


def teams_2021(people: Sequence[Attendee], order: DateOrder) -> Rows:
    """Teams in 2021: a preamble, then one row for each stay."""
    rows = [
        ["Meeting Summary"],
        ["Total Number of Participants", str(len(people))],
        ["Meeting Title", "Leading by example"],
        ["Meeting Start Time", stamp(_start(people), order)],
        ["Meeting End Time", stamp(_end(people), order)],
        ["Meeting Id", "00000000-0000-4000-8000-000000000000"],
        [],
        ["Full Name", "Join Time", "Leave Time", "Duration", "Email", "Role", "Participant ID (UPN)"],
    ]
    for person in people:
        for joined, left in person.stays:
            times = [stamp(joined, order), stamp(left, order), spoken(round((left - joined).total_seconds()))]
            rows.append([person.name, *times, person.email, person.role, person.email])
    return rows


def teams(people: Sequence[Attendee], order: DateOrder) -> Rows:
    """Teams since 2022: three sections, the people in the second and their stays in the third."""
    rows = [
        ["1. Summary"],
        ["Meeting title", "Leading by example"],
        ["Attended participants", str(len(people))],
        ["Start time", stamp(_start(people), order)],
        ["End time", stamp(_end(people), order)],
        ["Meeting duration", spoken(round((_end(people) - _start(people)).total_seconds()))],
        ["Average attendance time", "59m 13s"],
        [],
        ["2. Participants"],
        ["Name", "First join", "Last leave", "In-meeting duration", "Email", "Participant ID (UPN)", "Role"],
    ]
    for person in people:
        times = [stamp(person.stays[0][0], order), stamp(person.stays[-1][1], order), spoken(person.seconds)]
        rows.append([person.name, *times, person.email, person.email, person.role])
    rows += [
        [],
        ["3. In-Meeting activities"],
        ["Name", "Join time", "Leave time", "Duration", "Email", "Role"],
    ]
    for person in people:
        for joined, left in person.stays:
            times = [stamp(joined, order), stamp(left, order), spoken(round((left - joined).total_seconds()))]
            rows.append([person.name, *times, person.email, person.role])
    return rows


def teams_without_activities(people: Sequence[Attendee], order: DateOrder) -> Rows:
    """The same with the third section cut away."""
    rows = teams(people, order)
    return rows[: rows.index(["3. In-Meeting activities"])]


def _zoom_stamp(moment: datetime, order: DateOrder) -> str:
    form = {DateOrder.DMY: "%d/%m/%Y", DateOrder.MDY: "%m/%d/%Y", DateOrder.YMD: "%Y-%m-%d"}[order]
    return f"{moment:{form} %I:%M:%S %p}"


def _zoom_meeting(people: Sequence[Attendee], order: DateOrder) -> Rows:
    return [
        [
            "Meeting ID",
            "Topic",
            "Start Time",
            "End Time",
            "User Email",
            "Duration (Minutes)",
            "Participants",
            "",
        ],
        [
            *("999 0000 0000", "Leading by example"),
            *(_zoom_stamp(_start(people), order), _zoom_stamp(_end(people), order)),
            *("host@example.org", "291", str(len(people)), ""),
        ],
        [],
    ]


def zoom(people: Sequence[Attendee], order: DateOrder) -> Rows:
    """Zoom in detail: the meeting in two rows, one row for each stay, and one who never left the waiting room."""
    rows = _zoom_meeting(people, order)
    rows.append([
        *("Name (Original Name)", "User Email", "Join Time", "Leave Time", "Duration (Minutes)", "Guest"),
        *("Recording Consent", "In Waiting Room"),
    ])  # fmt: skip
    for person in people:
        for joined, left in person.stays:
            minutes = str(round((left - joined).total_seconds()) // 60)
            times = [_zoom_stamp(joined, order), _zoom_stamp(left, order), minutes]
            rows.append(
                [f"Laptop ({person.name})", person.email, *times, "No" if person.email else "Yes", "", "No"]
            )
    times = [_zoom_stamp(_start(people), order), _zoom_stamp(_end(people), order), "291"]
    return [*rows, ["Wanda Waiting", "", *times, "Yes", "", "Yes"]]


def zoom_users(people: Sequence[Attendee], order: DateOrder) -> Rows:
    """Zoom with unique users: minutes only."""
    rows = [["Name (Original Name)", "User Email", "Total Duration (Minutes)", "Guest"]]
    return [
        *_zoom_meeting(people, order),
        *rows,
        *([person.name, person.email, str(person.seconds // 60), "No"] for person in people),
    ]


def zoom_usage(people: Sequence[Attendee], order: DateOrder) -> Rows:
    """Zoom's usage report: the meeting and its host in every row, before the participant."""
    header = [
        *("Topic", "Meeting ID", "User Name", "User Email", "Department", "Group", "Has Zoom Rooms?"),
        *("Creation Time", "Start Time", "End Time", "Duration (Minutes)", "Participants"),
        *("Name (Original Name)", "User Email", "Join Time", "Leave Time", "Duration (Minutes)", "Guest"),
        *("Recording Consent", "In Waiting Room"),
    ]
    meeting = [
        *("Leading by example", "999 0000 0000", "Hanna Host", "host@example.org", "Training", "", "No"),
        *(_zoom_stamp(moment, order) for moment in (_start(people), _start(people), _end(people))),
        *("291", str(len(people))),
    ]
    return [header] + [
        [
            *meeting,
            *(
                person.name,
                person.email,
                _zoom_stamp(joined, order),
                _zoom_stamp(left, order),
                "1",
                "No",
                "",
                "No",
            ),
        ]
        for person in people
        for joined, left in person.stays
    ]


def meet(people: Sequence[Attendee], order: DateOrder) -> Rows:
    """Google Meet: times of day without a date."""
    del order
    rows = [["First name", "Last name", "Email", "Duration", "Time joined", "Time exited"]]
    for person in people:
        first, last = person.name.split()
        for joined, left in person.stays:
            minutes = f"{round((left - joined).total_seconds()) // 60} min"
            rows.append([first, last, person.email, minutes, f"{joined:%I:%M %p}", f"{left:%I:%M %p}"])
    return rows


def plain(people: Sequence[Attendee], order: DateOrder) -> Rows:
    """A list kept by hand."""
    del order
    return [["Name", "E-Mail", "Minutes"], *([one.name, one.email, str(one.seconds // 60)] for one in people)]


MAKES = {
    "teams-log": teams_log,
    "teams-2021": teams_2021,
    "teams": teams,
    "zoom": zoom,
    "zoom-users": zoom_users,
    "zoom-usage": zoom_usage,
    "meet": meet,
    "list": plain,
}


def _start(people: Sequence[Attendee]) -> datetime:
    return min(joined for person in people for joined, _ in person.stays)


def _end(people: Sequence[Attendee]) -> datetime:
    return max(left for person in people for _, left in person.stays)


def encoded(text: str, encoding: str) -> bytes:
    """The text as a file in one of `ENCODINGS`."""
    name, _, mark = encoding.partition(" with ")
    return (_MARKS[name] if mark else b"") + text.encode(name, "replace")


def written(
    rows: Sequence[Sequence[str]], *, delimiter: str = "\t", encoding: str = "utf-16-le with mark"
) -> bytes:
    """The rows as a file of text."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return encoded(text.getvalue(), encoding)


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]], *, hidden: str = "") -> bytes:
    """The rows as XLSX, dates and numbers as such."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        span = book.add_format({"num_format": "[h]:mm:ss"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name == hidden:
                sheet.hide()
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell != "":
                        sheet.write(number, column, cell, *([span] if isinstance(cell, timedelta) else []))
    return data.getvalue()


def open_document(rows: Sequence[Sequence[str]], *, name: str = "Sheet1") -> bytes:
    """The rows as ODS, with as little around them as a reader asks for."""
    cells = "".join(
        f"<table:table-row>{''.join(_open_cell(cell) for cell in row)}</table:table-row>" for row in rows
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="{escape(name)}">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return archive({"mimetype": _OPEN_DOCUMENT, "META-INF/manifest.xml": _MANIFEST, "content.xml": content})


def _open_cell(text: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'


def old_workbook(rows: Sequence[Sequence[str]], *, name: str = "List") -> bytes:
    """The rows as XLS: a stream of records (BIFF8) in a compound file of one stream, sectors of 512 bytes."""
    stream = _records(rows, name)
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    count, free, end = len(stream) // 512, 0xFFFFFFFF, 0xFFFFFFFE
    header = (
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    )
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    sectors = [0xFFFFFFFD, end, *range(3, 2 + count), end]  # the table of sectors, the folder, the stream
    folder = _entry("Root Entry", kind=5, child=1, start=end) + _entry(
        "Workbook", kind=2, start=2, size=len(stream)
    )
    return (
        header
        + struct.pack("<128I", *sectors, *[free] * (128 - len(sectors)))
        + folder.ljust(512, b"\0")
        + stream
    )


def _entry(name: str, *, kind: int, start: int, child: int = 0xFFFFFFFF, size: int = 0) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<HBB3I", len(raw), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
    return raw.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)


def _records(rows: Sequence[Sequence[str]], name: str) -> bytes:
    cells = b"".join(
        _record(0x0204, struct.pack("<4HB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))
        for row, cells in enumerate(rows)
        for column, text in enumerate(cells)
    )
    title = struct.pack("<HBB", 0, len(name), 0) + name.encode("ascii")
    before = _beginning(5) + _record(0x42, struct.pack("<H", 1200))
    length = len(before + _record(0x85, struct.pack("<I", 0) + title) + _ENDING)
    sheet_list = _record(0x85, struct.pack("<I", length) + title)
    return before + sheet_list + _ENDING + _beginning(0x10) + cells + _ENDING


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _beginning(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<4H2I", 0x0600, kind, 0, 0, 0, 0))


_ENDING = _record(0x0A, b"")


def archive(entries: Mapping[str, str | bytes], *, packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP file with these entries."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", packed) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return data.getvalue()


def read_bytes(path: Path, data: bytes, **told: Any) -> Reading:
    """What comes of these bytes, uploaded as “list.csv” and written to the path first."""
    path.write_bytes(data)
    return read(path, name="list.csv", **told)
