"""Prints the numbers in a terminal: for people, as JSON for programs, as CSV for spreadsheets."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Any, assert_never

import click

from coachfollow.cli.house import opened
from coachfollow.queries import completion as numbers
from coachfollow.queries import exports, finding, sheets
from coachfollow.queries.completion import Group, Report
from coachfollow.queries.filters import EVERYTHING, GroupBy
from coachfollow.queries.sheets import Cell
from coachfollow.rules.kinds import StepKind

# what a table in a terminal has room for; files have all columns
NARROW = ("Attended", "Finished", "Due", "Completed", "Completed of due", "Target", "Late", "Missed", "Open")


class Form(StrEnum):
    """What is printed."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


@click.group()
def report() -> None:
    """Print the numbers."""


@report.command()
@click.option("--cohort", metavar="KEY", help="Only this group.")
@click.option("--programme", metavar="KEY", help="Only this programme.")
@click.option("--team", metavar="PATH", help="Only this team and those beneath it: “Retail / North”.")
@click.option("--coach", metavar="EMAIL", help="Only what this coach coaches.")
@click.option(
    "--kind", type=click.Choice([one.value for one in StepKind if one.wants_answer]), help="Only such steps."
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From this day on.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Up to this day.")
@click.option(
    "--by", type=click.Choice([one.value for one in GroupBy]), default=GroupBy.NONE.value, show_default=True
)
@click.option("--json", "form", flag_value=Form.JSON.value, help="Print one JSON document.")
@click.option("--csv", "form", flag_value=Form.CSV.value, help="Print CSV.")
def completion(
    *,
    cohort: str | None,
    programme: str | None,
    team: str | None,
    coach: str | None,
    kind: str | None,
    since: datetime | None,
    until: datetime | None,
    by: str,
    form: str | None,
) -> None:
    """Print how many follow-ups are completed, and where the people stand."""
    with opened(writing=False) as house:
        filters = finding.filters(
            house.session,
            organisation_id=house.organisation.id,
            sight=EVERYTHING,  # who may run commands here may read the database
            cohort=cohort,
            programme=programme,
            team=team,
            coach=coach,
            kind=None if kind is None else StepKind(kind),
            since=since and since.date(),
            until=until and until.date(),
        )
        found = numbers.completion(house.session, filters=filters, by=GroupBy(by), now=house.now)
        zone = house.organisation.zone
    click.echo(_printed(found, Form(form or Form.TEXT), zone), nl=False)


def completion_json(report: Report) -> dict[str, Any]:
    """Give a report as one JSON document; a rate of nothing is null."""
    return {
        "report": "completion",
        "at": report.at.isoformat(),
        "only": dict(report.scope),
        "by": report.by.value,
        "total": _group_json(report.total),
        "groups": [_group_json(one) for one in report.groups],
        "definitions": dict(report.definitions),
    }


def completion_text(report: Report, *, zone: str = "UTC") -> str:
    """Give a report as lines to read: the total beside its definitions, then the groups as a table."""
    return "\n".join(
        [*_headline(report, zone), "", *_total(report), "", *_notes(report), *_table(report), ""]
    )


def _printed(report: Report, form: Form, zone: str) -> str:
    match form:
        case Form.TEXT:
            return completion_text(report, zone=zone)
        case Form.JSON:
            return json.dumps(completion_json(report), ensure_ascii=False, indent=2) + "\n"
        case Form.CSV:
            return exports.csv_text(sheets.sheets(report, zone=zone))
        case _:
            assert_never(form)


def _group_json(group: Group) -> dict[str, Any]:
    follow_ups, people = group.follow_ups, group.people
    return {
        "name": group.label.text,
        "key": group.label.handle,
        "target": group.target,
        "follow_ups": {
            "due": follow_ups.due,
            "completed": follow_ups.completed,
            **asdict(follow_ups),
            "without_a_time": group.without_a_time,
            "completion": follow_ups.completion,
            "on_time_rate": follow_ups.on_time_rate,
            "provisional": follow_ups.provisional,
        },
        "people": {
            "attended": people.attended,
            **asdict(people),
            "finished_rate": people.finished_rate,
            "reach": group.reach,
        },
    }


def _headline(report: Report, zone: str) -> Iterator[str]:
    yield f"Follow-ups and people, as of {sheets.counted_at(report, zone)}"
    yield from (f"Only {name}: {value}" for name, value in report.scope.items())
    if report.total.follow_ups.provisional:
        yield "Some follow-ups can still be answered: the rates are provisional."


def _total(report: Report) -> Iterator[str]:
    rows = [
        (column.heading, _shown(column.read(report.total)), report.definitions[column.key])
        for column in sheets.COLUMNS
    ]
    return _aligned(rows, right={1})


def _notes(report: Report) -> Iterator[str]:
    """What is to be known of groups and periods, where the report has any."""
    filters = report.filters
    if report.by in {GroupBy.TEAM, GroupBy.COACH} or filters.team_id or filters.coach_id:
        yield numbers.NOTES["team and coach"]
    if report.by is GroupBy.MONTH or filters.since or filters.until:
        yield numbers.NOTES["period"]
    yield numbers.NOTES["people"]


def _table(report: Report) -> Iterator[str]:
    if not report.groups:
        return
    columns = [column for column in sheets.COLUMNS if column.heading in NARROW]
    header = (sheets.CUTS[report.by], *(column.heading for column in columns))
    rows = [
        (group.label.text, *(_shown(column.read(group)) for column in columns))
        for group in (*report.groups, report.total)
    ]
    yield ""
    yield from _aligned([header, *rows], right=range(1, len(header)))


def _aligned(rows: Sequence[Sequence[str]], *, right: Sequence[int] | set[int]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            return "–"
        case float():
            return f"{100 * cell:.1f} %"
        case _:
            return str(cell)
