"""The `coachfollow` command: the same as the pages, for a terminal."""

import os
from pathlib import Path

import click

from coachfollow.cli import demo, environment, moving, refusals, up

__all__ = ["main"]


@click.group(cls=refusals.Told, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--settings",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of NAME=value lines, for what the environment does not say.",
)
@click.version_option(package_name="coachfollow", message="%(version)s")
def main(settings: Path | None) -> None:
    """Follow up trainings: reminders, reflections, meetings with coaches, and numbers."""
    if settings is not None:
        for name, value in environment.read(settings).items():
            os.environ.setdefault(name, value)


for command in (demo.demo, up.up, moving.migrate):
    main.add_command(command)
