"""`coachfollow coach`: when coaches can be booked."""

import click

from coachfollow.cli import house, output
from coachfollow.flow import coaching
from coachfollow.queries import finding


@click.group()
def coach() -> None:
    """Those who meet participants."""


@coach.command()
@click.argument("email")
@click.argument("week")
@click.option("--link", default="", help="Where meetings take place; without one, the coach calls.")
@output.json_option
def hours(email: str, week: str, link: str, *, as_json: bool) -> None:
    """Say when a coach can be booked, like "mon-fri 09:00-12:00", in the coach's own zone."""
    with house.opened(writing=True) as here:
        coach_id = finding.person_with(here.session, organisation_id=here.organisation.id, address=email)
        coaching.set_hours(here.session, coach_id=coach_id, week=week, link=link)
    output.show(
        {"email": email, "week": week, "link": link or None},
        [f"{email} can be booked {week}. Meetings without a time get one at the next placing."],
        as_json=as_json,
    )
