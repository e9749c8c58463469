"""Pages and API: parse, call one flow function or read one query, render."""

from flask import Flask


def register(app: Flask) -> None:
    """Bind every page to the app."""
    del app
