"""Writes sheets as CSV text and as a spreadsheet, safe to open: what people typed never becomes a formula.

It stands here because pages, commands and the API all give out what the queries read; it touches no file.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import assert_never

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from coachfollow.queries.sheets import Cell, Sheet

BOM = "\ufeff"
LONGEST_CELL = 32_767  # characters; more than Excel can hold
WIDEST_COLUMN = 60
FORMULA_BEGINS = frozenset(
    "=+-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}"
    "\N{FULLWIDTH COMMERCIAL AT}"
)
BREAKS = frozenset("\t\r\n")
_WORKBOOK = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "remove_timezone": True,
}


def csv_text(sheets: Sequence[Sheet], *, delimiter: str = ",", bom: bool = False) -> str:
    """Write sheets one below the other as CSV (RFC 4180), each after an empty line; encode it as UTF-8.

    Excel wants the BOM to see UTF-8. Where lists are separated by “;”, the comma is the decimal mark: a share
    of 0.7 would be read there as a date. All texts are quoted, else a “;” inside one would split the cell in
    such a country and what follows it could be a formula.
    """
    width = max(len(sheet.header) for sheet in sheets)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    decimal = "," if delimiter == ";" else "."
    for row in _lines(sheets):
        cells = [_written(cell, decimal) for cell in row]
        writer.writerow(cells + [""] * (width - len(cells)))
    return BOM * bom + out.getvalue()


def xlsx_bytes(sheets: Sequence[Sheet], *, at: datetime) -> bytes:
    """Write a spreadsheet with a sheet for each; `at` is its date, so that equal reports are equal files."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _WORKBOOK)
    book.set_properties({"created": at.replace(tzinfo=None)})
    styles = _Styles(
        heading=book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        share=book.add_format({"num_format": "0.0 %"}),
    )
    for sheet in sheets:
        _fill(book.add_worksheet(sheet.title), sheet, styles)
    book.close()
    return out.getvalue()


def harmless(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula, also after spaces (CWE-1236)."""
    risky = text[:1] in BREAKS or text.lstrip()[:1] in FORMULA_BEGINS
    return f"'{text}" if risky else text


def _lines(sheets: Sequence[Sheet]) -> Iterator[tuple[Cell, ...]]:
    for index, sheet in enumerate(sheets):
        yield from chain([()] if index else [], [sheet.header], sheet.rows)


def _written(cell: Cell, decimal: str) -> str | int | float:
    match cell:
        case None:
            return ""
        case str():
            return harmless(cell)
        case float() if decimal == ".":
            return round(cell, 4)
        case float():
            return f"{cell:.4f}".replace(".", decimal)
        case int():
            return cell
        case _:
            assert_never(cell)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Styles:
    """How the cells of one spreadsheet look."""

    heading: Format
    share: Format


def _fill(page: Worksheet, sheet: Sheet, styles: _Styles) -> None:
    page.freeze_panes(1, 1)
    for column, name in enumerate(sheet.header):
        page.write_string(0, column, name, styles.heading)
        page.set_column(column, column, _width(sheet, column))
    for line, row in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(row):
            _write(page, line, column, cell, styles)


def _write(page: Worksheet, line: int, column: int, cell: Cell, styles: _Styles) -> None:
    match cell:
        case str():
            page.write_string(line, column, cell[:LONGEST_CELL])  # a text, whatever it begins with
        case float():
            page.write_number(line, column, cell, styles.share)
        case int():
            page.write_number(line, column, cell)
        case None:
            pass
        case _:
            assert_never(cell)


def _width(sheet: Sheet, column: int) -> int:
    longest = max((len(str(row[column] or "")) for row in sheet.rows), default=0)
    return min(max(longest, len(sheet.header[column]) // 2, 9) + 1, WIDEST_COLUMN)
