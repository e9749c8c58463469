"""Starts a worker or the ticker in this process's place; loads nothing of what these will load."""

import os
import sys
from typing import NoReturn

import click

from coachfollow import bell
from coachfollow.cli import children


@click.command()
@click.argument("queue", type=click.Choice(bell.QUEUES), required=False)
@click.option("--no-redis", is_flag=True, help="Look for work by itself instead of waiting for rings.")
def work(queue: str | None, *, no_redis: bool) -> None:
    """Run a worker: `post` sends mails, `desk` places meetings and imports files; with --no-redis one may do both."""
    _become("jobs.worker", *([queue] if queue else []), *(["--no-redis"] if no_redis else []))


@click.command()
def ticker() -> None:
    """Run the ticker, which rings for the workers every few seconds."""
    _become("jobs.ticker")


def _become(module: str, *arguments: str) -> NoReturn:
    """Replace this process: what stops or restarts it meets the worker itself."""
    child = children.python(module, module, *arguments, environ=os.environ)
    os.execve(sys.executable, list(child.arguments), child.environ)  # noqa: S606 - our own module
