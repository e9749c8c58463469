"""`coachfollow config`: every setting with its default, its meaning, and what it is here."""

import os
from collections.abc import Iterator, Mapping

import click

from coachfollow.cli import output
from coachfollow.config import TABLE, Setting


@click.command("config")
@output.json_option
def config(*, as_json: bool) -> None:
    """List every setting, and what it is set to here; secrets are not shown."""
    rows = [
        {
            "variable": setting.variable,
            "value": _value(setting, os.environ),
            "default": setting.default,
            "meaning": setting.meaning,
        }
        for setting in TABLE
    ]
    output.show(rows, _lines(rows), as_json=as_json)


def _value(setting: Setting, environ: Mapping[str, str]) -> str | None:
    """What is set here; None where nothing is."""
    if f"{setting.variable}_FILE" in environ:
        return f"(in {environ[f'{setting.variable}_FILE']})"
    given = environ.get(setting.variable)
    return "(secret)" if given and setting.secret else given


def _lines(rows: list[dict[str, str | None]]) -> Iterator[str]:
    for row in rows:
        default = "must be set" if row["default"] is None else row["default"] or "empty"
        yield (
            f"{row['variable']}={row['value']}"
            if row["value"] is not None
            else f"{row['variable']} ({default})"
        )
        yield f"    {row['meaning']}"
