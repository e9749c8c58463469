"""`coachfollow clock`: moves the demo's time on, event by event."""

import click

from coachfollow.cli import house, output
from coachfollow.errors import Invalid
from coachfollow.flow import demo
from coachfollow.rules import worktime
from coachfollow.rules.spoken import how_many


@click.group()
def clock() -> None:
    """The demo's clock."""


@clock.command()
@click.argument("days", type=click.FloatRange(min=0, min_open=True), required=False)
@click.option("--next", "to_next", is_flag=True, help="Only to the next event.")
@output.json_option
def ahead(days: float | None, *, to_next: bool, as_json: bool) -> None:
    """Move time on by so many DAYS: mails leave, invented people answer, as they would have."""
    if to_next == (days is not None):
        raise Invalid("Say how far: either a number of days, or --next.")
    with house.opened(writing=True) as here:
        done = demo.step(here.session, days=days) if days else demo.step_to_next(here.session)
        local = worktime.local(done.now, here.organisation.zone)
    said = (
        f"It is {local:%A, %Y-%m-%d %H:%M} in {here.organisation.zone}. {how_many(done.events, 'event')},"
        f" {how_many(done.sent, 'mail')}, {how_many(done.acted, 'answer or meeting', 'answers and meetings')}."
    )
    output.show(done, [said], as_json=as_json)
