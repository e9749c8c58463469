"""`coachfollow limits`: how many mails one person gets at most, over all programmes."""

import click

from coachfollow.cli import house, output
from coachfollow.errors import Invalid
from coachfollow.flow import limiting
from coachfollow.queries import limits as chosen
from coachfollow.rules.limits import Limits


@click.command()
@click.argument("a_day", type=int, required=False)
@click.argument("a_week", type=int, required=False)
@output.json_option
def limits(a_day: int | None, a_week: int | None, *, as_json: bool) -> None:
    """Show how many mails one person gets at most a day and a week, or set both, like "1 3"."""
    with house.opened(writing=a_day is not None) as here:
        if a_day is not None:
            limiting.keep(here.session, organisation_id=here.organisation.id, limits=_limits(a_day, a_week))
        kept = chosen.of(here.session, organisation_ids=[here.organisation.id])[here.organisation.id]
    said = f"At most {kept.a_day} a day and {kept.a_week} a week to one person, calendar mails not counted."
    output.show(kept, [said], as_json=as_json)


def _limits(a_day: int, a_week: int | None) -> Limits:
    if a_week is None:
        raise Invalid("Say both: how many mails a day, and how many a week, like “1 3”.")
    try:
        return Limits(a_day=a_day, a_week=a_week)
    except ValueError as error:
        raise Invalid(f"These limits cannot be: {error}.") from error
