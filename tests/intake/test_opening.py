"""What is no list is refused with a sentence before it can do harm; workbooks are opened in a child with limits."""

import csv
import json
import resource
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from coachfollow.intake import opening, unpack
from coachfollow.intake.words import Unreadable
from tests.intake.samples import archive, encoded, old_workbook, open_document, workbook

LIST = [["Name", "E-Mail"], ["Anna Müller", "anna.mueller@example.org"]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


def refusal(path: Path, data: bytes, *, name: str = "list.csv") -> str:
    path.write_bytes(data)
    with pytest.raises(Unreadable) as refused, opening.opened(path, name=name):
        pass
    return refused.value.sentence


def sheets(path: Path, data: bytes) -> dict[str | None, list[str]]:
    path.write_bytes(data)
    with opening.opened(path, name="list.xlsx") as sources:
        return {source.sheet: [",".join(row) for row in csv.reader(source.lines())] for source in sources}


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "a picture"),
        (b"\xff\xd8\xff\xe0" + bytes(40), "a picture"),
        (b"GIF89a" + bytes(40), "a picture"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"{\\rtf1\\ansi", "a text document"),
        (b"\x1f\x8b\x08" + bytes(20), "a compressed file"),
        (b"7z\xbc\xaf\x27\x1c", "a compressed file"),
        (b"SQLite format 3\0", "a database"),
        (b"\x7fELF" + bytes(20), "a program"),
        (b"\0\0\0\x20ftypisom" + bytes(20), "a recording or a picture"),
        (b"\x1a\x45\xdf\xa3" + bytes(20), "a recording"),
    ],
)
def test_what_looks_like_something_else_is_named(path: Path, data: bytes, what: str) -> None:
    assert refusal(path, data) == f"“list.csv” looks like {what}, not a list. Choose a CSV or XLSX file."


@pytest.mark.parametrize(
    "text", ["<!DOCTYPE html><html>", "\n <HTML><table>", '<?xml version="1.0"?><Workbook>', "<table><tr>"]
)
@pytest.mark.parametrize("encoding", ["utf-8 with mark", "utf-16-le with mark"])
def test_a_web_page_that_calls_itself_a_list_is_named(path: Path, text: str, encoding: str) -> None:
    assert "is a web page or XML, whatever its name says" in refusal(path, encoded(text, encoding))


@pytest.mark.parametrize(
    ("data", "remark"),
    [
        (bytes(range(256)) * 8, "every byte there is"),
        (b"Name,Email\n" + b"\0" * 3 + b"Anna", "a few zeros in a text"),
        (bytes([0, 1, 2, 3]) * 500, "zeros in pairs, but no letters"),
    ],
)
def test_what_is_no_text_is_no_list(path: Path, data: bytes, remark: str) -> None:
    assert "is not text, so it is not a list" in refusal(path, data), remark


@pytest.mark.parametrize("text", ["姓名,电子邮件\n" * 300, "Имя;Почта\n" * 300, "Name,Größe\n" * 300])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le with mark"])
def test_text_of_any_script_is_text(path: Path, text: str, encoding: str) -> None:
    path.write_bytes(encoded(text, encoding))
    with opening.opened(path, name="list.csv") as (source,):
        assert "".join(source.lines()) == text


def test_an_empty_file_is_refused(path: Path) -> None:
    assert refusal(path, b"") == "“list.csv” is empty. Export or save the list again."


def test_two_gigabytes_are_refused_without_being_read(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2 << 30)
    with pytest.raises(Unreadable) as refused, opening.opened(path, name="list.csv"):
        pass
    assert refused.value.sentence.startswith("“list.csv” has 2,048 MB; a list may have 50 MB.")


def test_the_cap_can_be_smaller(path: Path) -> None:
    path.write_bytes(b"Name\n" * 1000)
    with (
        pytest.raises(Unreadable, match="has 5 kB; a list may have 1 kB"),
        opening.opened(path, name="list.csv", max_bytes=1024),
    ):
        pass


def test_a_folder_and_nothing_at_all_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing"):
        with (
            pytest.raises(Unreadable, match="is not a file that can be read"),
            opening.opened(path, name="list.csv"),
        ):
            pass


def test_an_encoding_that_is_not_offered_is_refused(path: Path) -> None:
    path.write_bytes(b"Name\n")
    with (
        pytest.raises(Unreadable, match="cannot be read as “rot13”"),
        opening.opened(path, name="list.csv", encoding="rot13"),
    ):
        pass


def test_the_sheets_of_a_workbook_become_text(path: Path) -> None:
    found = sheets(path, workbook({"Notes": [["hello"]], "Empty": [], "List": LIST}))
    assert found == {"Notes": ["hello"], "List": ["Name,E-Mail", "Anna Müller,anna.mueller@example.org"]}


def test_an_open_document_is_a_workbook_too(path: Path) -> None:
    assert sheets(path, open_document(LIST, name="Liste")) == {
        "Liste": ["Name,E-Mail", "Anna Müller,anna.mueller@example.org"]
    }


def test_an_old_workbook_is_a_workbook_too(path: Path) -> None:
    assert sheets(path, old_workbook(LIST)) == {
        "List": ["Name,E-Mail", "Anna Müller,anna.mueller@example.org"]
    }


def test_hidden_sheets_and_empty_ones_stay_away(path: Path) -> None:
    path.write_bytes(workbook({"List": LIST, "Old": LIST, "Empty": []}, hidden="Old"))
    assert unpack.unpack(path, path.parent) == [("List", "0.csv")]
    assert list(sheets(path, workbook({"List": LIST, "Old": LIST}, hidden="Old"))) == ["List"]


def test_rows_keep_their_numbers_below_blank_ones(path: Path) -> None:
    found = sheets(path, workbook({"List": [[], [], ["Name"], [], ["Anna\nExample"]]}))
    assert found == {"List": ["", "", "Name", "", "Anna Example"]}


def test_dates_times_and_numbers_of_a_workbook_become_clear_text(path: Path) -> None:
    moment = datetime(2026, 11, 4, 9, 50, 12)  # noqa: DTZ001 - as workbooks have it
    found = sheets(
        path, workbook({"List": [[moment, timedelta(hours=1, minutes=2, seconds=10), 45, 4.5, "0045"]]})
    )
    assert found == {"List": ["2026-11-04 09:50:12,1:02:10,45,4.5,0045"]}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (True, "yes"),
        (False, "no"),
        (datetime(2026, 11, 4, 9, 50, 12, 600_000), "2026-11-04 09:50:12"),  # noqa: DTZ001 - as workbooks have it
        (date(2026, 11, 4), "2026-11-04"),
        (time(9, 50, 12), "09:50:12"),
        (timedelta(seconds=-1), "0:00:00"),
        (12345.0, "12345"),
        (" a \n b ", "a b"),
    ],
)
def test_every_kind_of_cell_has_a_text(cell: object, text: str) -> None:
    assert unpack.text(cell) == text


def test_a_workbook_without_a_cell_is_refused(path: Path) -> None:
    assert "without a filled cell" in refusal(path, workbook({"Empty": []}))


OTHERS = {
    "a document": (
        archive({"word/document.xml": "x"}),
        "document",
        "looks like a document or a presentation",
    ),
    "a presentation": (
        archive({"ppt/presentation.xml": "x"}),
        "document",
        "looks like a document or a presentation",
    ),
    "an archive": (
        archive({"list.csv": "Name"}),
        "archive",
        "looks like a ZIP archive, not a list. Unpack it",
    ),
    "an empty archive": (archive({}), "archive", "looks like a ZIP archive, not a list"),
    "no workbook": (archive({"xl/workbook.xml": "x"}), "broken", "is damaged or not complete"),
    "half a workbook": (workbook({"List": LIST})[:-40], "broken", "is damaged or not complete"),
    "an old file of another kind": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000),
        "broken",
        "is damaged",
    ),
    "a bomb": (
        archive({"xl/workbook.xml": "x", "xl/a.xml": bytes(30 << 20)}),
        "bomb",
        "far too large when unpacked",
    ),
    "a thousand entries": (
        archive({"xl/workbook.xml": "x"} | {f"xl/{number}.xml": "" for number in range(2_001)}),
        "bomb",
        "far too large when unpacked",
    ),
}


@pytest.mark.parametrize(("data", "reason", "sentence"), OTHERS.values(), ids=OTHERS)
def test_what_is_no_workbook_is_refused_with_what_it_is(
    path: Path, data: bytes, reason: str, sentence: str
) -> None:
    assert sentence in refusal(path, data)
    with pytest.raises(unpack.Refused, match=reason):
        unpack.unpack(path, path.parent)


@pytest.mark.parametrize(
    ("plain", "locked"),
    [
        (b"\x42\0\x02\0\xb0\x04", b"\x2f\0\x02\0\x01\0"),  # a record in the old format that says: encrypted
        (
            "Workbook".encode("utf-16-le") + bytes(16),
            "EncryptedPackage".encode("utf-16-le"),
        ),  # the new, wrapped
    ],
)
def test_a_workbook_with_a_password_is_refused(path: Path, plain: bytes, locked: bytes) -> None:
    assert "is protected by a password" in refusal(path, old_workbook(LIST).replace(plain, locked))
    with pytest.raises(unpack.Refused, match="password"):
        unpack.unpack(path, path.parent)


def test_a_broken_table_of_contents_is_refused(path: Path) -> None:
    data = workbook({"List": LIST})
    path.write_bytes(data.replace(b"PK\x01\x02", b"PK\x09\x09"))
    with pytest.raises(unpack.Refused, match="broken"):
        unpack.unpack(path, path.parent)


def test_a_workbook_that_is_large_in_itself_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MAX_UNPACKED", 1000)
    path.write_bytes(workbook({"List": LIST}))
    with pytest.raises(unpack.Refused, match="bomb"):
        unpack.unpack(path, path.parent)


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (workbook({"List": LIST}), {"sheets": [["List", "0.csv"]]}),
        (archive({"a": "b"}), {"refused": "archive"}),
    ],
)
def test_the_child_answers_with_one_document(
    path: Path,
    data: bytes,
    answer: object,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path.write_bytes(data)
    monkeypatch.setattr(unpack, "LIMITS", [(resource.RLIMIT_CORE, 0)])
    unpack.main(str(path), str(path.parent))
    assert json.loads(capsys.readouterr().out) == answer


def test_the_child_binds_itself_before_it_opens_anything(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bound: dict[int, int] = {}
    found: list[dict[int, int]] = []

    def look(*_facts: object) -> list[tuple[str, str]]:
        found.append(dict(bound))
        return []

    monkeypatch.setattr(resource, "setrlimit", lambda what, most: bound.update({what: max(most)}))
    monkeypatch.setattr(unpack, "unpack", look)

    unpack.main(str(path), str(path.parent))

    assert found == [bound]
    assert bound[resource.RLIMIT_AS] <= 1 << 30
    assert bound[resource.RLIMIT_CPU] <= 60
    assert bound[resource.RLIMIT_FSIZE] <= 1 << 30
    assert bound[resource.RLIMIT_CORE] == 0


def test_a_cell_in_the_far_corner_of_a_sheet_ends_the_child_only(path: Path) -> None:
    sheet: list[list[object]] = [["Name"], *([] for _ in range(1_048_574)), [*([""] * 16_383), "x"]]
    assert "would become far too large when unpacked" in refusal(path, workbook({"List": sheet}))


def test_whoever_reads_a_hostile_workbook_is_told_no_secret(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, told = subprocess.run, dict[str, str]()

    def note(command: Sequence[str], *, env: Mapping[str, str], **options: Any) -> object:
        told.update(env)
        return run(command, env=env, **options)

    monkeypatch.setattr(subprocess, "run", note)
    monkeypatch.setenv("COACHFOLLOW_SECRET_KEY", "canary")

    assert sheets(path, workbook({"List": LIST}))
    assert "PATH" in told
    assert "canary" not in told.values()


def test_a_workbook_that_takes_too_long_is_given_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MAX_SECONDS", 0.0)
    assert "would become far too large when unpacked" in refusal(path, workbook({"List": LIST}))


def test_entities_of_a_workbook_are_neither_fetched_nor_multiplied(path: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("canary")
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<!DOCTYPE x [<!ENTITY e0 "ha"><!ENTITY out SYSTEM "file://{tmp_path}/secret">{lines}]>'
    path.write_bytes(open_document([["Name"], ["&e11;"], ["&out;"]]))
    with zipfile.ZipFile(path) as file:
        entries = {name: file.read(name).decode() for name in file.namelist()}
    entries["content.xml"] = entries["content.xml"].replace("?>", f"?>{head}", 1).replace("&amp;", "&")
    path.write_bytes(archive(entries))
    try:
        with opening.opened(path, name="list.ods") as sources:
            text = "".join(line for source in sources for line in source.lines())
    except Unreadable:
        text = ""
    assert "canary" not in text
    assert "haha" not in text


def test_long_sheets_are_cut_where_a_list_would_be_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpack, "MAX_ROWS", 3)
    path.write_bytes(workbook({"List": [["Name"], ["Anna"], ["Ben"], ["Chloé"]]}))
    assert unpack.unpack(path, path.parent) == [("List", "0.csv")]
    assert (path.parent / "0.csv").read_text().split() == ["Name", "Anna", "Ben"]


def test_what_a_limit_stops_is_far_too_large(path: Path) -> None:
    path.write_bytes(workbook({"List": LIST}))
    with pytest.raises(unpack.Refused, match="bomb"):
        unpack.unpack(path, path.parent / "no such folder")


def test_nothing_is_left_behind(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    sheets(path, workbook({"List": LIST}))
    assert list(tmp_path.iterdir()) == [path]
