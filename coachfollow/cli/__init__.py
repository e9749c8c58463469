"""The `coachfollow` command: the same as the pages, for a terminal."""

import os
from pathlib import Path

import click

import coachfollow
from coachfollow.cli import environment, menu

__all__ = ["main"]


@click.group(cls=menu.Menu, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--settings",
    "settings_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of NAME=value lines, for what the environment does not say.",
)
@click.version_option(version=coachfollow.__version__, message="%(version)s")
def main(settings_file: Path | None) -> None:
    """Follow up trainings: reminders, reflections, meetings with coaches, and numbers."""
    if settings_file is not None:
        for name, value in environment.read(settings_file).items():
            os.environ.setdefault(name, value)
