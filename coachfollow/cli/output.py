"""Prints what a command found: sentences for people, or one JSON document for programs."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

GAP = "  "


def json_option(command: Command) -> Command:
    """Give a command the option --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)


def show(document: object, lines: Iterable[str], *, as_json: bool) -> None:
    """Print the document if it was asked for, else the lines."""
    if as_json:
        click.echo(json.dumps(plain(document), ensure_ascii=False, indent=2))
        return
    for line in lines:
        click.echo(line)


def plain(value: object) -> object:
    """Turn values of ours into what JSON holds; times as ISO 8601."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    match value:
        case Mapping():
            return {str(key): plain(one) for key, one in value.items()}
        case str() | int() | float() | None:
            return value
        case datetime() | date() | time():
            return value.isoformat()
        case Sequence() | set() | frozenset():
            return [plain(one) for one in value]
        case _:
            return str(value)


def columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """Lay rows out in columns; the last one is as long as it likes."""
    table = [tuple(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        GAP.join(cell.ljust(width) for cell, width in zip(row, [*widths[:-1], 0], strict=True)).rstrip()
        for row in table
    ]
