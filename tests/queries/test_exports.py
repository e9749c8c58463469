"""Reports as files: read back as they were written, and nothing a person typed is ever a formula."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from coachfollow.queries import exports, sheets
from coachfollow.queries.completion import NOTES, Group, Report
from coachfollow.queries.filters import Filters, GroupBy
from coachfollow.queries.labels import ALL, Label
from coachfollow.queries.sheets import Sheet
from coachfollow.rules.measuring import DEFINITIONS, FollowUps, People

AT = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)


def group(name: str, follow_ups: FollowUps, people: People, *, target: float | None = None) -> Group:
    return Group(
        key=1,
        label=Label(text=name, handle=name.lower()),
        target=target,
        follow_ups=follow_ups,
        people=people,
        reached=people.finished,
    )


def report(*groups: Group) -> Report:
    return Report(
        by=GroupBy.COHORT,
        filters=Filters(organisation_id=1),
        scope={"coach": "=Cem"},
        at=AT,
        groups=groups,
        total=Group(
            key=None,
            label=ALL,
            target=None,
            follow_ups=sum((one.follow_ups for one in groups), FollowUps()),
            people=sum((one.people for one in groups), People()),
            reached=sum(one.reached for one in groups),
        ),
    )


SPRING = group(
    "Spring", FollowUps(on_time=5, late=2, missed=1, excused=3), People(active=3, finished=1), target=0.8
)
EMPTY = group('=HYPERLINK("x")', FollowUps(not_yet_due=4), People())


def read_csv(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_every_number_has_a_column_and_its_definition_below() -> None:
    keys = {column.key for column in sheets.COLUMNS}
    assert keys == DEFINITIONS.keys() | {"target"}
    assert set(sheets.CUTS) == set(GroupBy)
    meanings = {row[0]: row[1] for row in sheets.definitions(report(SPRING)).rows}
    assert all(meanings[column.heading] for column in sheets.COLUMNS)
    berlin = {row[0]: row[1] for row in sheets.definitions(report(SPRING), zone="Europe/Berlin").rows}
    assert berlin["As of"] == "2026-03-16 10:30 (Europe/Berlin)"
    assert meanings["About period"] == NOTES["period"]
    assert (meanings["As of"], meanings["Only: coach"]) == ("2026-03-16 09:30 (UTC)", "=Cem")


def test_csv_has_the_groups_the_total_and_the_definitions() -> None:
    lines = read_csv(exports.csv_text(sheets.sheets(report(SPRING, EMPTY))))
    header, spring, empty, total, blank, *rest = lines
    first, last = dict(zip(header, spring, strict=True)), dict(zip(header, total, strict=True))

    assert {len(line) for line in lines} == {len(header)}, "every line has as many cells (RFC 4180)"
    assert (first["Group"], first["Short name"], first["Attended"], first["Due"]) == (
        "Spring",
        "spring",
        "4",
        "8",
    )
    shares = ("Completed of due", "Target", "Finished of attended", "Answered of attended")
    assert [first[share] for share in shares] == ["0.875", "0.8", "0.25", "0.25"]
    assert (last["Group"], last["Due"], last["Not yet due"], last["Target"]) == ("all", "8", "4", "")
    assert not any(blank)
    assert rest[0][:2] == ["Number", "What it means"]
    assert empty[0] == '\'=HYPERLINK("x")'


@pytest.mark.parametrize(
    ("by", "heading"),
    [
        (GroupBy.PROGRAMME, "Short name"),
        (GroupBy.COHORT, "Short name"),
        (GroupBy.TEAM, "Whole path"),
        (GroupBy.COACH, "Mail address"),
    ],
)
def test_what_commands_call_a_row_is_headed_by_what_it_is(by: GroupBy, heading: str) -> None:
    numbers = sheets.numbers(replace(report(SPRING), by=by))
    assert numbers.header[:2] == (sheets.CUTS[by], heading)


def test_where_nothing_is_due_it_says_so() -> None:
    header, *_, total = read_csv(exports.csv_text([sheets.numbers(report(EMPTY))]))
    shown = dict(zip(header, total, strict=True))
    assert shown["Completed of due"] == shown["On time of due"] == "none due"
    assert shown["Finished of attended"] == shown["Answered of attended"] == "nobody attended"


def test_csv_for_excel_has_a_mark_semicolons_and_decimal_commas() -> None:
    text = exports.csv_text(sheets.sheets(report(SPRING)), delimiter=";", bom=True)
    header, spring, *_ = read_csv(text.removeprefix("\ufeff"), ";")
    assert text.encode().startswith(b"\xef\xbb\xbf")
    assert dict(zip(header, spring, strict=True))["Completed of due"] == "0,8750"
    assert "\r\n" in text
    assert "\n" not in text.replace("\r\n", "")


@pytest.mark.parametrize(
    ("typed", "written", "remark"),
    [
        ("Anna", "Anna", "a name"),
        ("", "", "nothing"),
        ("=1+1", "'=1+1", "a formula"),
        ("+49 30 1", "'+49 30 1", "a number of a telephone"),
        ("-1", "'-1", "a sum"),
        ("@SUM(A1)", "'@SUM(A1)", "an old function"),
        ("\t=1", "'\t=1", "a tab, which Excel drops"),
        ("\r\n=1", "'\r\n=1", "a new line"),
        ("  =1", "'  =1", "spaces, which some programs trim"),
        ("\N{FULLWIDTH EQUALS SIGN}1", "'\N{FULLWIDTH EQUALS SIGN}1", "as wide as in Japan"),
        ("\N{FULLWIDTH PLUS SIGN}1", "'\N{FULLWIDTH PLUS SIGN}1", "likewise"),
        ("\N{FULLWIDTH HYPHEN-MINUS}1", "'\N{FULLWIDTH HYPHEN-MINUS}1", "likewise"),
        ("\N{FULLWIDTH COMMERCIAL AT}A", "'\N{FULLWIDTH COMMERCIAL AT}A", "likewise"),
        ("a=1", "a=1", "harmless inside"),
    ],
)
def test_what_looks_like_a_formula_gets_an_apostrophe(typed: str, written: str, remark: str) -> None:
    assert exports.harmless(typed) == written, remark


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.sampled_from([",", ";"])
)
def test_no_text_becomes_a_formula_or_a_second_cell(typed: str, delimiter: str) -> None:
    sheet = Sheet(title="t", header=("Name", "n"), rows=((typed, 1),))
    text = exports.csv_text([sheet], delimiter=delimiter)
    _, [cell, number] = read_csv(text, delimiter)

    assert cell in {typed, f"'{typed}"}
    assert number == "1"
    assert cell.lstrip()[:1] not in exports.FORMULA_BEGINS
    assert text.splitlines()[1].startswith('"'), "quoted, so that the other delimiter does not split it"


def test_a_spreadsheet_has_numbers_as_numbers_and_texts_as_texts() -> None:
    written = exports.xlsx_bytes(sheets.sheets(report(SPRING, EMPTY)), at=AT)
    book = CalamineWorkbook.from_filelike(io.BytesIO(written))
    header, spring, empty, total = book.get_sheet_by_name("Numbers").to_python()
    meanings = book.get_sheet_by_name("Definitions").to_python()
    first = dict(zip(header, spring, strict=True))

    assert book.sheet_names == ["Numbers", "Definitions"]
    assert (first["Group"], first["Due"], first["Completed of due"], first["Target"]) == (
        "Spring",
        8.0,
        0.875,
        0.8,
    )
    assert empty[0] == '=HYPERLINK("x")', "a text, needing no apostrophe"
    assert dict(zip(header, empty, strict=True))["Completed of due"] == "none due"
    assert total[0] == "all"
    assert ["Only: coach", "=Cem"] in meanings
    with zipfile.ZipFile(io.BytesIO(written)) as parts:
        pages = [parts.read(name) for name in parts.namelist() if "worksheets/" in name]
        assert b"2026-03-16T09:30:00Z" in parts.read("docProps/core.xml")
    assert len(pages) == 2
    assert not any(b"<f>" in page or b"hyperlink" in page for page in pages)


def test_equal_reports_are_equal_files() -> None:
    assert exports.xlsx_bytes(sheets.sheets(report(SPRING)), at=AT) == exports.xlsx_bytes(
        sheets.sheets(report(SPRING)), at=AT
    )


def test_a_text_longer_than_a_cell_is_cut() -> None:
    sheet = Sheet(title="t", header=("Name",), rows=(("x" * 40_000,), (None,)))
    book = CalamineWorkbook.from_filelike(io.BytesIO(exports.xlsx_bytes([sheet], at=AT)))
    rows = book.get_sheet_by_name("t").to_python()
    assert len(str(rows[1][0])) == exports.LONGEST_CELL
