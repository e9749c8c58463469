"""`coachfollow up`: everything in this terminal, with your settings, data that stays and your mail server."""

import os
from functools import partial

import click

from coachfollow import config
from coachfollow.cli import house, moving, running, supervise
from coachfollow.cli.running import Environment
from coachfollow.cli.supervise import Household
from coachfollow.config import Settings


@click.command()
def up() -> None:
    """Run everything in this terminal: pages, workers and ticker. Ctrl-C stops it."""
    settings = config.load(os.environ)
    with supervise.told_to_end() as told:
        running.run(
            settings,
            environ=os.environ,
            told=told,
            prepare=_prepare,
            announce=lambda: _announce(settings),
        )


def _prepare(household: Household, environ: Environment) -> None:
    household.do(partial(_move_in, environ), name="moving in", environ=environ)


def _move_in(environ: Environment) -> None:
    with house.app_context(environ):
        for sentence in moving.move_in(config.load(environ)):
            click.echo(sentence)


def _announce(settings: Settings) -> None:
    here = f"http://{settings.host}:{settings.port}"
    click.echo(f"Coachfollow is ready at {here}/")
    if settings.external_url != here:
        click.echo(f"People reach it at {settings.external_url}/")
    click.echo("Ctrl-C stops it.")
