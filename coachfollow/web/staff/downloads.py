"""Gives out files: names that browsers understand, contents that spreadsheets do not execute."""

import io
from collections.abc import Sequence
from datetime import datetime

from flask import Response, send_file

from coachfollow.queries import exports
from coachfollow.queries.sheets import Sheet

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv(sheets: Sequence[Sheet], *, name: str, delimiter: str = ",") -> Response:
    """Give out sheets as CSV with the mark by which Excel knows UTF-8."""
    text = exports.csv_text(sheets, delimiter=delimiter, bom=True)
    return _file(text.encode("utf-8"), mimetype=CSV, name=name)


def xlsx(sheets: Sequence[Sheet], *, name: str, at: datetime) -> Response:
    """Give out sheets as a spreadsheet."""
    return _file(exports.xlsx_bytes(sheets, at=at), mimetype=XLSX, name=name)


def _file(data: bytes, *, mimetype: str, name: str) -> Response:
    return send_file(io.BytesIO(data), mimetype=mimetype, as_attachment=True, download_name=name)
