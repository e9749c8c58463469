"""Starts a worker or the ticker in this process's place, and does by hand what they do."""

import os
import sys
from typing import NoReturn

import click

from coachfollow import bell
from coachfollow.cli import children, house, output
from coachfollow.flow import dispatch, placing


@click.command()
@click.argument("queue", type=click.Choice(bell.QUEUES))
@click.option("--no-redis", is_flag=True, help="Look for work by itself instead of waiting for rings.")
def work(queue: str, *, no_redis: bool) -> None:
    """Run a worker: `post` sends mails, `desk` places meetings and imports files."""
    _become("jobs.worker", queue, *(("--no-redis",) if no_redis else ()))


@click.command()
def ticker() -> None:
    """Run the ticker, which rings for the workers every few seconds."""
    _become("jobs.ticker")


@click.command()
@output.json_option
def drain(*, as_json: bool) -> None:
    """Open, close and send whatever is due, once, by hand."""
    with house.opened(writing=True) as here:
        done = dispatch.drain(here.session, now=here.now)
    said = f"{done.opened} opened, {done.closed} closed, {done.sent} mails sent, {done.refused} refused."
    output.show(done, [said], as_json=as_json)


@click.command()
@output.json_option
def place(*, as_json: bool) -> None:
    """Find times for the meetings that come soon, once, by hand."""
    with house.opened(writing=True) as here:
        placed, left = placing.place_due(here.session, now=here.now)
    said = f"{placed} meetings got a time, {left} did not."
    output.show({"placed": placed, "without_time": left}, [said], as_json=as_json)


def _become(module: str, *arguments: str) -> NoReturn:
    """Replace this process: what stops or restarts it meets the worker itself."""
    child = children.python(module, module, *arguments, environ=os.environ)
    os.execve(sys.executable, list(child.arguments), child.environ)  # noqa: S606 - our own module
