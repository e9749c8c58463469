"""Gives out files: names that browsers understand, contents that spreadsheets do not execute."""

import io
from collections.abc import Sequence
from datetime import datetime

from flask import Response, request, send_file

from coachfollow.queries import exports
from coachfollow.queries.sheets import Sheet

CSV = "text/csv"
YAML = "application/yaml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def delimiter() -> str:
    """What this request wants its columns cut by."""
    return ";" if request.args.get("cut") == "semicolon" else ","


def csv(sheets: Sequence[Sheet], *, name: str, cut: str = ",") -> Response:
    """Give out sheets as CSV with the mark by which Excel knows UTF-8."""
    text = exports.csv_text(sheets, delimiter=cut, bom=True)
    return _file(text.encode("utf-8"), mimetype=CSV, name=name)


def xlsx(sheets: Sequence[Sheet], *, name: str, at: datetime) -> Response:
    """Give out sheets as a spreadsheet."""
    return _file(exports.xlsx_bytes(sheets, at=at), mimetype=XLSX, name=name)


def yaml(text: str, *, name: str) -> Response:
    """Give out a programme as its file."""
    return _file(text.encode("utf-8"), mimetype=YAML, name=name)


def _file(data: bytes, *, mimetype: str, name: str) -> Response:
    return send_file(io.BytesIO(data), mimetype=mimetype, as_attachment=True, download_name=name)
