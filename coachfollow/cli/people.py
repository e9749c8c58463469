"""`coachfollow people`: brings people, teams and managers in from a file."""

from pathlib import Path

import click

from coachfollow.cli import house, output
from coachfollow.errors import Invalid
from coachfollow.flow import people_files as keeping
from coachfollow.intake.people import read_people
from coachfollow.intake.words import DateOrder
from coachfollow.rules.spoken import how_many

MIDDLE = [DateOrder.DMY.value, DateOrder.MDY.value]


@click.group()
def people() -> None:
    """Who works where, for whom, in which zone and week."""


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--date-order", type=click.Choice(MIDDLE), help="How dates are written.")
@click.option("--preview", is_flag=True, help="Say what would change, and change nothing.")
@output.json_option
def import_(file: Path, date_order: str | None, *, preview: bool, as_json: bool) -> None:
    """Take a CSV or a spreadsheet of people: new ones are added, changed ones changed."""
    order = DateOrder(date_order) if date_order else None
    carry_out = keeping.compare if preview else keeping.bring
    with house.opened(writing=not preview) as here:
        reading = read_people(
            file, name=file.name, date_order=order, max_bytes=here.settings.max_upload_mb * 1024 * 1024
        )
        if reading.questions:
            raise Invalid(f"{reading.questions[0].sentence} Say it with --date-order dmy or mdy.")
        brought = carry_out(
            here.session, organisation_id=here.organisation.id, rows=reading.rows, now=here.now
        )
    lines = [f"{brought.added} added, {brought.changed} changed, {brought.unchanged} as they were."]
    if brought.readdressed:
        lines.append(f"{brought.readdressed} whose mails came back have another address: mails go there now.")
    if brought.elsewhere:
        said = f"{brought.elsewhere} in another time zone: {_come(brought.moved)} at the same hour there"
        lines.append(f"{said}; meetings keep their time, and nobody gets a mail about this.")
    if brought.otherwise:
        said = f"{brought.otherwise} work at other times: {_come(brought.shifted)} on another day or hour"
        lines.append(f"{said}; meetings keep their time, and nobody gets a mail about this.")
    if brought.leaving:
        ends = how_many(brought.ending, "follow-up ends", "follow-ups end")
        lines.append(f"{brought.leaving} with a last day: {ends} with it.")
    if brought.coached:
        coached = how_many(brought.coached, "follow-up that runs", "follow-ups that run")
        lines.append(f"They coach {coached}: hand them over before, by `coachfollow coach leaves`.")
    lines += [f"Line {one.line} was left out: {one.sentence}" for one in reading.problems]
    if preview:
        lines.append("Nothing has changed so far.")
    output.show(
        {"done": not preview, "brought": brought, "problems": reading.problems}, lines, as_json=as_json
    )


def _come(number: int) -> str:
    return how_many(number, "follow-up comes", "follow-ups come")
