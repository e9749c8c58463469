"""Moves in: tables brought up to date, a backup before and by hand, the first organisation, its programmes."""

from collections.abc import Sequence
from pathlib import Path

import click

from coachfollow import clock
from coachfollow.cli import house, output
from coachfollow.config import Settings
from coachfollow.errors import Conflict
from coachfollow.extensions import db, installation
from coachfollow.flow import backups, houses, migrating, programmes
from coachfollow.queries import programmes as offers
from coachfollow.queries import tables


@click.command()
def migrate() -> None:
    """Make or update the tables, with a backup of an SQLite file before."""
    with house.app_context():
        for sentence in move_in(installation().settings):
            click.echo(sentence)


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@output.json_option
def backup(file: Path | None, *, as_json: bool) -> None:
    """Copy an SQLite database while everything runs, to FILE or into the data folder."""
    with house.app_context():
        kept = backups.keep(installation().settings, target=file, now=clock.now())
    output.show({"file": str(kept)}, [f"The database was copied to {kept}."], as_json=as_json)


def move_in(settings: Settings) -> Sequence[str]:
    """Make everything ready for work in the current app's database; says what was done."""
    said = migrate_tables(settings)
    session, now = db.session(), clock.now()
    organisation = houses.open_house(session, settings=settings, now=now)
    if not offers.newest(session, organisation_id=organisation.id):
        programmes.load_shipped(session, organisation_id=organisation.id, now=now)
        said.append("The programmes that come with Coachfollow were added.")
    return said


def migrate_tables(settings: Settings) -> list[str]:
    """Bring the tables to this version; says so if they were not there yet."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    backups.private(settings)
    session = db.session()
    problem = tables.problem(session)
    if problem is None:
        return ["The tables fit this version."]
    if tables.is_newer(session):
        raise Conflict(problem)
    backup = backups.before_migrating(session, settings=settings, now=clock.now())
    db.session.remove()
    migrating.migrate()
    kept = [f"They were copied to {backup} before."] if backup else []
    return ["The tables were brought to this version.", *kept]
