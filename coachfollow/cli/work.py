"""Does by hand, once, what a worker does."""

import click

from coachfollow.cli import house, output
from coachfollow.flow import dispatch, placing
from coachfollow.rules.spoken import how_many


@click.command()
@output.json_option
def drain(*, as_json: bool) -> None:
    """Open, close and send whatever is due, once, by hand."""
    with house.opened(writing=True) as here:
        done = dispatch.drain(here.session, now=here.now)
    said = f"{done.opened} opened, {done.closed} closed, {how_many(done.sent, 'mail')} sent, {done.refused} refused."
    output.show(done, [said], as_json=as_json)


@click.command()
@output.json_option
def place(*, as_json: bool) -> None:
    """Find times for the meetings that come soon, once, by hand."""
    with house.opened(writing=True) as here:
        placed, left = placing.place_due(here.session, now=here.now)
    said = f"{how_many(placed, 'meeting')} got a time, {left} did not."
    output.show({"placed": placed, "without_time": left}, [said], as_json=as_json)
