"""Lets browsers keep our static files for a year: the address of each changes with what is in it."""

import hashlib
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app

YEAR = timedelta(days=365)


def register(app: Flask) -> None:
    """Bind the addresses of static files and how long they may be kept."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = YEAR
    app.url_defaults(_add_version)


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint != "static":
        return
    file = Path(current_app.static_folder or "") / str(values.get("filename", ""))
    if file.is_file():
        values["v"] = _fingerprint(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _fingerprint(file: Path, changed_at: int) -> str:
    """Read each file once, and again when it has changed: whoever writes style sheets sees them at once."""
    del changed_at
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10]
